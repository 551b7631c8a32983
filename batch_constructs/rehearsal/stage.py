"""Sets up a platform for a rehearsal: the queues, environments and job definitions of a template."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from batch_constructs.facts import instance_types
from batch_constructs.local.engine import Consumable, Engine, Environment, Host, Hosts, Need, Queue, TimeLimit
from batch_constructs.local.resources.registry import fair_share, name_of, platform_of
from batch_constructs.rehearsal.fleets import Fleet
from batch_constructs.rehearsal.hosts import host_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batch_constructs.facts.prices import Prices
    from batch_constructs.local.plan import Plan, PlannedRequest
    from batch_constructs.rehearsal.assumptions import HostAssumptions
    from batch_constructs.rehearsal.hosts import HostType

Document = dict[str, Any]

_LARGEST_TASK = Need(vcpus=16, memory=122_880)
"""The largest size of Fargate. Source: AWS Batch User Guide, job definition parameters."""


class UnknownNameError(ValueError):
    """A plan names something that the template does not have; the message lists what it has."""


@dataclass(slots=True)
class Stage:
    """A platform, ready for a rehearsal.

    Attributes:
        plan: The template.
        engine: The scheduler with the queues.
        environments: The engine's environments by name.
        fleets: The instances of those that launch some, by environment.
        spot: The environments whose capacity is Spot, Fargate Spot among them.
        definitions: The job definitions by name, in the API's spelling.
        notices: What the rehearsal leaves out, one sentence each.
    """

    plan: Plan
    engine: Engine
    environments: dict[str, Environment] = field(default_factory=dict)
    fleets: dict[str, Fleet] = field(default_factory=dict)
    spot: set[str] = field(default_factory=set)
    definitions: dict[str, Document] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def definition(self, name: str) -> str:
        """Return the name of a job definition that a plan calls by name, path or logical id.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        return self._found("RegisterJobDefinition", name, "job definition")

    def queue(self, name: str) -> str:
        """Return the name of a job queue; without a name that of the only one.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        return self._found("CreateJobQueue", name, "job queue")

    def environment(self, name: str) -> str:
        """Return the name of a compute environment.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        return self._found("CreateComputeEnvironment", name, "compute environment")

    def _found(self, operation: str, name: str, kind: str) -> str:
        of_kind = [each for each in self.plan.requests if each.operation == operation]
        found = [each for each in of_kind if not name or _is_called(each, name)]
        if len(found) == 1:
            return found[0].name
        names = ", ".join(sorted(each.name for each in found or of_kind)) or "none"
        if found:
            raise UnknownNameError(f"a {kind} must be named, since there are several: {names}")
        raise UnknownNameError(f"there is no {kind} {name!r} in the template, which has: {names}")


def set_up(plan: Plan, assumptions: HostAssumptions, prices: Prices) -> Stage:
    """Return the platform of a template.

    Args:
        plan: What the template makes.
        assumptions: What AWS does not document.
        prices: The prices of instance types, which decide the order of launching.
    """
    stage = Stage(plan, Engine(assumptions.scheduler, quiet=True), notices=list(plan.notices))
    policies: dict[str, Document] = {}
    for planned in plan.requests:
        request = planned.request
        match planned.operation:
            case "CreateSchedulingPolicy":
                policies[planned.name] = request
            case "CreateConsumableResource":
                replenishable = request.get("resourceType", "REPLENISHABLE") == "REPLENISHABLE"
                stage.engine.consumables.put(
                    Consumable(planned.name, request.get("totalQuantity", 0), replenishable)
                )
            case "CreateComputeEnvironment":
                _add_environment(stage, planned, assumptions, prices)
            case "CreateJobQueue":
                stage.engine.queues[planned.name] = _queue(stage, planned, policies)
            case "RegisterJobDefinition":
                stage.definitions[planned.name] = request
    return stage


def _queue(stage: Stage, planned: PlannedRequest, policies: Mapping[str, Document]) -> Queue:
    request = planned.request
    order = sorted(request.get("computeEnvironmentOrder", ()), key=lambda each: each["order"])
    names = [name_of(each["computeEnvironment"]) for each in order]
    policy = policies.get(name_of(request.get("schedulingPolicyArn", "")))
    if policy is None and request.get("schedulingPolicyArn"):
        stage.notices.append(
            f"the scheduling policy of {planned.label} is not in the template: its jobs start in the order of submission"
        )
    stage.notices += [
        f"{planned.label} uses {name}, which is not in the template: it takes no jobs here"
        for name in names
        if name not in stage.environments
    ]
    return Queue(
        planned.name,
        request.get("priority", 1),
        [stage.environments[name] for name in names if name in stage.environments],
        fair_share(policy) if policy else None,
        [
            TimeLimit(reason=each["reason"], seconds=each["maxTimeSeconds"])
            for each in request.get("jobStateTimeLimitActions", ())
        ],
    )


def _add_environment(
    stage: Stage, planned: PlannedRequest, assumptions: HostAssumptions, prices: Prices
) -> None:
    request = planned.request
    resources = request.get("computeResources", {})
    kind = resources.get("type", "").upper()
    environment = stage.environments[planned.name] = Environment(
        planned.name,
        platform=platform_of(request),
        max_vcpus=resources.get("maxvCpus", request.get("unmanagedvCpus", float("inf"))),
        enabled=request.get("state", "ENABLED") == "ENABLED",
    )
    if "SPOT" in kind:
        stage.spot.add(planned.name)
    if kind.startswith("FARGATE"):
        # Each task has a place of its own.
        environment.hosts = Hosts([Host(planned.name, float("inf"), float("inf"))])
        environment.largest = _LARGEST_TASK
        return
    if request.get("type", "MANAGED").upper() == "UNMANAGED":
        stage.notices.append(f"{planned.label} is unmanaged: nobody launches instances for it here")
        return
    types = _types(stage, planned, prices)
    delay = resources.get("scalingPolicy", {}).get("minScaleDownDelayMinutes")
    fleet = stage.fleets[planned.name] = Fleet(
        environment=environment,
        types=types,
        strategy=resources.get("allocationStrategy", "BEST_FIT"),
        spot="SPOT" in kind,
        min_vcpus=resources.get("minvCpus", 0),
        idle_end=assumptions.idle_end,
        delay=60 * (delay or 0),
        bid=resources.get("bidPercentage", 100) / 100,
    )
    environment.largest = Need(
        vcpus=max((each.room.vcpus for each in fleet.types), default=0),
        memory=max((each.room.memory for each in fleet.types), default=0),
        gpus=max((each.room.gpus for each in fleet.types), default=0),
    )


def _types(stage: Stage, planned: PlannedRequest, prices: Prices) -> list[HostType]:
    """Return what an environment can launch, in its order, and say which names have no facts."""
    resources = planned.request.get("computeResources", {})
    if platform_of(planned.request) == "MANAGED_INSTANCES":
        template = resources.get("managedInstancesProvider", {}).get("instanceLaunchTemplate", {})
        names = _matching(template.get("instanceRequirements", {}))
    else:
        names = resources.get("instanceTypes", ["optimal"])
    unknown = [name for name in names if not instance_types.has_facts(name)]
    if unknown:
        stage.notices.append(
            f"{planned.label} may launch {', '.join(unknown)}, of which nothing is known here: left out"
        )
    orchestration = "EKS" if platform_of(planned.request) == "EKS" else "ECS"
    types = host_types(names, prices, orchestration=orchestration)  # type: ignore[arg-type]
    if resources.get("allocationStrategy", "").endswith(("ORDERED", "PRIORITIZED")):
        place = {
            member.name: index
            for index, name in reversed(list(enumerate(names)))
            for member in instance_types.members(name)
        }
        types.sort(key=lambda each: place[each.name])
    return types


def _matching(requirements: Mapping[str, Any]) -> list[str]:
    """Return the names of the current instance types that meet the requirements of Managed Instances, as far as known."""
    allowed = requirements.get("allowedInstanceTypes") or ["*"]
    excluded = requirements.get("excludedInstanceTypes") or []
    manufacturers = requirements.get("cpuManufacturers") or []
    found = []
    for name in instance_types.names():
        type_ = instance_types.find(name)
        if (
            type_ is not None
            and type_.current_generation
            and not type_.bare_metal
            and any(fnmatchcase(name, pattern) for pattern in allowed)
            and not any(fnmatchcase(name, pattern) for pattern in excluded)
            and _within(type_.vcpus, requirements.get("vCpuCount"))
            and _within(type_.memory_mib, requirements.get("memoryMiB"))
            and _within(type_.gpu_count, requirements.get("acceleratorCount") or {"max": 0})
            and ("arm64" not in type_.architectures or "amazon-web-services" in manufacturers)
        ):
            found.append(name)
    return found


def _within(value: float, bounds: Mapping[str, float] | None) -> bool:
    return bounds is None or bounds.get("min", 0) <= value <= bounds.get("max", float("inf"))


def _is_called(request: PlannedRequest, name: str) -> bool:
    """Return whether a resource has a name, or a construct's path that is it or ends in it."""
    return name in {request.name, request.label} or request.label.endswith(f"/{name}")


def names_of(requests: Iterable[PlannedRequest], operation: str) -> list[str]:
    """Return the names of all resources that one operation makes."""
    return [each.name for each in requests if each.operation == operation]
