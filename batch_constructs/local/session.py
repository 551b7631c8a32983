"""A local Batch with the resources of a template, ready for jobs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs.local.api import environments, queues, small
from batch_constructs.local.api.calls import call
from batch_constructs.local.api.definitions import is_newest
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.events import Bus, Schedules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from batch_constructs.local.engine import Assumptions
    from batch_constructs.local.executors.base import Executor
    from batch_constructs.local.plan import Plan, PlannedRequest


class UnknownNameError(ValueError):
    """A template has no queue or job definition of a name; the message lists those that it has."""


@dataclass(frozen=True, slots=True)
class Session:
    """A local Batch, the plan that it was made from, the bus that carries its events, and its schedules."""

    batch: LocalBatch
    plan: Plan
    bus: Bus
    schedules: Schedules

    def definition(self, name: str) -> str:
        """Return the name of a job definition, which may be called by its construct or logical id.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        return _found(self.plan.requests, "RegisterJobDefinition", name, "job definition").name

    def queue(self, name: str = "") -> str:
        """Return the name of a job queue; without a name that of the only one.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        return _found(self.plan.requests, "CreateJobQueue", name, "job queue").name


def open_session(
    plan: Plan,
    executor: Executor,
    folder: Path,
    *,
    vcpus: float | None = None,
    memory: int | None = None,
    gpus: int = 0,
    assumptions: Assumptions | None = None,
    attempt_seconds: float | None = None,
) -> Session:
    """Return a local Batch with the resources of a plan.

    Args:
        plan: What the template makes.
        executor: What runs the containers.
        folder: Where logs and working folders are kept.
        vcpus: The vCPUs that jobs may reserve together; by default those of this machine.
        memory: The memory in MiB that jobs may reserve together; by default that of this machine.
        gpus: The GPUs that jobs may reserve together; by default none.
        assumptions: What AWS does not document about its scheduler; by default the documented defaults.
        attempt_seconds: A timeout that replaces those of all jobs; by default each has its own.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    machine = machine_memory()
    batch = LocalBatch(
        executor,
        folder,
        region=plan.region,
        vcpus=vcpus or os.cpu_count() or 1,
        memory=memory or machine,
        gpus=gpus,
        assumptions=assumptions,
        attempt_seconds=attempt_seconds,
    )
    for planned in plan.requests:
        _deploy(batch, planned)
    batch.refresh()
    bus = Bus.of(batch, plan)
    return Session(batch, plan, bus, Schedules.of(bus, plan))


def _deploy(batch: LocalBatch, planned: PlannedRequest) -> None:
    """Make a resource, or give one of an earlier run exactly the settings of the template of now."""
    resources, request, name = batch.resources, planned.request, planned.name
    match planned.operation:
        case "RegisterJobDefinition" if is_newest(batch, request):
            pass
        case "CreateComputeEnvironment" if name in resources.environments:
            identity = _kept(resources.environments[name], "computeEnvironmentArn", "uuid", "ecsClusterArn")
            resources.put_environment({**environments.completed(request), **identity})
        case "CreateJobQueue" if name in resources.queues:
            identity = _kept(resources.queues[name], "jobQueueArn")
            resources.put_queue({**queues.completed(batch, request), **identity})
        case "CreateSchedulingPolicy" if name in resources.policies:
            identity = _kept(resources.policies[name], "arn")
            resources.put_policy({**small.completed_policy(request), **identity})
        case "CreateConsumableResource" if name in resources.consumables:
            resources.put_consumable({**resources.consumables[name], **request})
        case operation:
            call(batch, operation, request)


def _kept(found: dict[str, Any], *members: str) -> dict[str, Any]:
    """Return the members of an earlier resource that it keeps whatever the template says."""
    return {name: found[name] for name in members if name in found}


def machine_memory() -> int:
    """Return the memory of this machine in MiB."""
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20)


def _found(requests: Iterable[PlannedRequest], operation: str, name: str, kind: str) -> PlannedRequest:
    all_of_kind = [each for each in requests if each.operation == operation]
    found = [each for each in all_of_kind if not name or _is_called(each, name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(each.name for each in found or all_of_kind)) or "none"
    if not found:
        raise UnknownNameError(f"there is no {kind} {name!r} in the template, which has: {names}")
    raise UnknownNameError(f"{kind} must be named, since there are several: {names}")


def _is_called(request: PlannedRequest, name: str) -> bool:
    """Return whether a resource has a name, or a construct's path that is it or ends in it."""
    return name in {request.name, request.label} or request.label.endswith(f"/{name}")
