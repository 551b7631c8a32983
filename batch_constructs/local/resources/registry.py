"""All resources of the local Batch by name, in the shape in which the API describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import SHARES
from batch_constructs.local.engine import Consumable, Environment, FairShare, Hosts, Need, Queue, TimeLimit
from batch_constructs.local.errors import ClientError
from batch_constructs.local.plan.identities import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs.local.engine import Engine, Host, Work
    from batch_constructs.local.jobs.records import JobRecord

Document = dict[str, Any]

_REVISION = re.compile(r":([0-9]+)\Z")


class Resources:
    """The resources that jobs need: each kind by name, and the engine's view of it.

    Attributes:
        environments: Compute environments as DescribeComputeEnvironments shows them.
        queues: Job queues as DescribeJobQueues shows them.
        policies: Scheduling policies as DescribeSchedulingPolicies shows them.
        consumables: Consumable resources as DescribeConsumableResource shows them.
        definitions: The revisions of each job definition, the oldest first.
        region: The Region that new ARNs name.
    """

    def __init__(self, engine: Engine, region: str, host: Host) -> None:
        self.environments: dict[str, Document] = {}
        self.queues: dict[str, Document] = {}
        self.policies: dict[str, Document] = {}
        self.consumables: dict[str, Document] = {}
        self.definitions: dict[str, list[Document]] = {}
        self._engine = engine
        self.region = region
        self._host = host
        self._touched: dict[tuple[str, str], Document | None] = {}
        # What the machine offers when nothing runs.
        self._largest = Need(vcpus=host.vcpus, memory=int(host.memory), gpus=host.gpus)
        self._places: dict[str, Environment] = {}

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a resource: ``arn("job-queue", "nightly")``."""
        return f"arn:aws:batch:{self.region}:{ACCOUNT}:{kind}/{name}"

    # What SubmitJob asks for

    def queue_for(self, request: Mapping[str, Any]) -> Document:
        """Return the queue of a request.

        Raises:
            ClientError: There is none, or it takes no jobs.
        """
        name = name_of(request["jobQueue"])
        queue = self.queues.get(name)
        if queue is None:
            raise ClientError(f"JobQueue {request['jobQueue']} not found.")
        if queue["state"] != "ENABLED":
            raise ClientError(f"The job queue {name} is DISABLED and takes no jobs.")
        has_policy, has_share = "schedulingPolicyArn" in queue, "shareIdentifier" in request
        if has_policy and not has_share:
            raise ClientError("shareIdentifier must be specified.")
        if has_share and not has_policy:
            raise ClientError(
                f"shareIdentifier must be left out: the job queue {name} has no scheduling policy."
            )
        return queue

    def definition_for(self, request: Mapping[str, Any]) -> Document:
        """Return the definition that a request names: a revision, or the newest active one.

        Raises:
            ClientError: There is none, it is not active, or it cannot be overridden like this.
        """
        wanted = name_of(request["jobDefinition"])
        revision = _REVISION.search(wanted)
        name = wanted[: revision.start()] if revision else wanted
        found = [
            each
            for each in self.definitions.get(name, ())
            if each["status"] == "ACTIVE" and (not revision or each["revision"] == int(revision[1]))
        ]
        if not found:
            if wanted != request["jobDefinition"]:
                raise ClientError(f"JobDefinition {request['jobDefinition']} not found.")
            raise ClientError(f"JobDefinition name {wanted} does not exist or is not in ACTIVE status")
        _refuse_old_needs(found[-1], request.get("containerOverrides", {}))
        return found[-1]

    def check_submission(self, work: Work, jobs: Mapping[str, JobRecord]) -> None:
        """Refuse what AWS Batch refuses about a job as a whole.

        Raises:
            ClientError: A dependency does not exist, or does not fit.
        """
        for each in work.depends_on:
            other = jobs.get(each.job_id.partition(":")[0]) if each.job_id else None
            if each.job_id and other is None:
                raise ClientError(f"dependsOn: job {each.job_id} not found.")
            if each.kind == "N_TO_N" and (other is None or other.job.work.array_size != work.array_size):
                raise ClientError("dependsOn: N_TO_N needs two array jobs of the same size.")
            if each.kind == "SEQUENTIAL" and not work.array_size:
                raise ClientError("dependsOn: SEQUENTIAL is for array jobs only.")
        queue = self._engine.queues[work.queue]
        active = [share.name for share in queue.shares if share.open]
        if work.share and work.share not in active and len(active) >= (SHARES.maximum or 500):
            raise ClientError(f"the job queue {work.queue} has {len(active)} active shares already.")

    # What has changed

    def touch(self, kind: str, name: str, found: Document | None) -> None:
        """Record that a resource has changed; without a document it was deleted."""
        self._touched[kind, name] = found

    def take_touched(self) -> list[tuple[str, str, Document | None]]:
        """Return kind, name and document of what has changed since the last call."""
        touched = [(kind, name, found) for (kind, name), found in self._touched.items()]
        self._touched.clear()
        return touched

    def forget_touched(self) -> None:
        """Treat all changes as saved."""
        self._touched.clear()

    # Putting resources in place

    def put(self, kind: str, found: Document) -> None:
        """Add a resource of a kind: ``environment``, ``queue``, ``policy``, ``consumable`` or ``definition``."""
        {
            "environment": self.put_environment,
            "queue": self.put_queue,
            "policy": self.put_policy,
            "consumable": self.put_consumable,
            "definition": self.put_definition,
        }[kind](found)

    def put_definition(self, found: Document) -> None:
        """Add a revision of a job definition."""
        self.definitions.setdefault(found["jobDefinitionName"], []).append(found)
        self.touch("definition", name_of(found["jobDefinitionArn"]), found)

    def put_environment(self, found: Document) -> None:
        """Add a compute environment, or give it other settings."""
        name = found["computeEnvironmentName"]
        self.environments[name] = found
        self.touch("environment", name, found)
        place = self._places.setdefault(
            name, Environment(name, hosts=Hosts([self._host]), largest=self._largest)
        )
        resources = found.get("computeResources", {})
        place.platform = platform_of(found)
        place.cluster = name_of(found.get("ecsClusterArn", ""))
        place.max_vcpus = resources.get("maxvCpus", found.get("unmanagedvCpus", float("inf")))
        place.enabled = found["state"] == "ENABLED"
        place.valid = found["status"] == "VALID"

    def put_queue(self, found: Document) -> None:
        """Add a job queue, or give it other settings."""
        name = found["jobQueueName"]
        self.queues[name] = found
        self.touch("queue", name, found)
        queue = self._engine.queues.setdefault(name, Queue(name))
        queue.removed = False  # one of the same name may have been deleted
        queue.priority = found["priority"]
        queue.enabled = found["state"] == "ENABLED"
        order = sorted(found.get("computeEnvironmentOrder", ()), key=lambda each: each["order"])
        queue.environments = [self._places[name_of(each["computeEnvironment"])] for each in order]
        queue.time_limits = [
            TimeLimit(reason=each["reason"], seconds=each["maxTimeSeconds"])
            for each in found.get("jobStateTimeLimitActions", ())
        ]
        policy = self.policies.get(name_of(found.get("schedulingPolicyArn", "")))
        queue.policy = fair_share(policy) if policy else None

    def put_policy(self, found: Document) -> None:
        """Add a scheduling policy, or give it other settings; its queues follow it."""
        self.policies[found["name"]] = found
        self.touch("policy", found["name"], found)
        for queue in self.queues.values():
            if queue.get("schedulingPolicyArn") == found["arn"]:
                self.put_queue(queue)

    def put_consumable(self, found: Document) -> None:
        """Add a consumable resource, or give it another amount."""
        name = found["consumableResourceName"]
        self.consumables[name] = found
        self.touch("consumable", name, found)
        used = self.consumable(name).used if self._engine.consumables.has(name) else 0
        replenishable = found["resourceType"] == "REPLENISHABLE"
        self._engine.consumables.put(Consumable(name, found["totalQuantity"], replenishable, used))

    def consumable(self, name: str) -> Consumable:
        """Return the amounts of a consumable resource."""
        return self._engine.consumables[name]

    def remove_queue(self, name: str) -> None:
        """Remove a job queue."""
        del self.queues[name]
        self.touch("queue", name, None)
        self._engine.remove_queue(name)

    def remove_environment(self, name: str) -> None:
        """Remove a compute environment."""
        del self.environments[name]
        self.touch("environment", name, None)
        del self._places[name]


def _refuse_old_needs(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    """Refuse a submission to AWS Fargate that overrides ``vcpus`` or ``memory``.

    Raises:
        ClientError: There is one of them, in the words of an answer in issue 95 of insitro/redun.
    """
    if definition.get("platformCapabilities") == ["FARGATE"]:
        for member in ("vcpus", "memory"):
            if member in overrides:
                raise ClientError(
                    f"{member} is not applicable for Fargate. Use resource requirements instead."
                )


def name_of(value: str) -> str:
    """Return the name in a name or an ARN."""
    return value.rpartition("/")[2]


def fair_share(policy: Mapping[str, Any]) -> FairShare:
    """Return the engine's policy for a scheduling policy."""
    found = policy.get("fairsharePolicy", {})
    return FairShare(
        decay_seconds=found.get("shareDecaySeconds", 0),
        compute_reservation=found.get("computeReservation", 0),
        weights={
            each["shareIdentifier"]: each.get("weightFactor", 1.0)
            for each in found.get("shareDistribution", ())
        },
    )


def platform_of(environment: Mapping[str, Any]) -> str:
    """Return the kind of jobs that an environment takes: ``EC2``, ``FARGATE``, ``MANAGED_INSTANCES`` or ``EKS``."""
    if environment.get("eksConfiguration"):
        return "EKS"
    kind = environment.get("computeResources", {}).get("type", "EC2").upper()
    if kind.startswith("FARGATE"):
        return "FARGATE"
    return "MANAGED_INSTANCES" if kind == "ECS_MANAGED_INSTANCES" else "EC2"
