"""A submitted job as the scheduler sees it: single, an array, or multi-node."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(IntEnum):
    """The states of a job, in the order in which a job goes through them.

    Guide: Job States.
    """

    SUBMITTED = 0
    PENDING = 1
    RUNNABLE = 2
    STARTING = 3
    RUNNING = 4
    SUCCEEDED = 5
    FAILED = 6

    @property
    def final(self) -> bool:
        """Return whether a job stays in this state."""
        return self >= State.SUCCEEDED


class DependencyKind(StrEnum):
    """The part of the other job that must succeed before a job starts."""

    ALL = ""
    """The whole job."""
    SEQUENTIAL = "SEQUENTIAL"
    """The child before, in the same array."""
    N_TO_N = "N_TO_N"
    """The child with the same index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A job that must succeed first; the job id is empty for SEQUENTIAL."""

    job_id: str = ""
    kind: DependencyKind = DependencyKind.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """A condition of ``evaluateOnExit`` with its action; a condition that is ``None`` always matches."""

    retry: bool
    on_exit_code: str | None = None
    on_reason: str | None = None
    on_status_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The resources that one container, task or pod of a job reserves."""

    vcpus: float = 1
    memory: int = 0
    """MiB."""
    gpus: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A submitted job as the scheduler sees it.

    Attributes:
        id: The job's id.
        queue: The name of its queue.
        need: What each child reserves.
        array_size: The number of children, or 0 for a job that is no array.
        nodes: What each node of a multi-node job reserves, by node index; empty for other jobs.
        main_node: The index of the main node.
        attempts: How often it may run, 1 to 10.
        exit_rules: The conditions of ``evaluateOnExit``, in order.
        timeout: Seconds that an attempt may run, or ``None``.
        share: The share identifier; empty in a queue without a scheduling policy.
        priority: The scheduling priority within its share; higher runs first.
        depends_on: What must succeed first.
        consumables: The amount of each consumable resource that each child holds, by name.
        platform: ``EC2``, ``FARGATE``, ``MANAGED_INSTANCES`` or ``EKS``: environments of another kind do not take it.
    """

    id: str
    queue: str
    need: Need = Need()
    array_size: int = 0
    nodes: tuple[Need, ...] = ()
    main_node: int = 0
    attempts: int = 1
    exit_rules: tuple[ExitRule, ...] = ()
    timeout: float | None = None
    share: str = ""
    priority: int = 0
    depends_on: tuple[Dependency, ...] = ()
    consumables: tuple[tuple[str, int], ...] = ()
    platform: str = "EC2"

    @property
    def size(self) -> int:
        """The number of children; 1 for a job that is no array."""
        return self.array_size or 1

    @property
    def vcpus(self) -> float:
        """The vCPUs that one child reserves, on all of its nodes."""
        return sum(each.vcpus for each in self.nodes) if self.nodes else self.need.vcpus
