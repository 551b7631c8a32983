"""The capacity of a platform: pools of environments, and the queues in front of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batch_constructs.facts import limits
from batch_constructs.job_queues.queues import JobQueue, JobStateTimeLimit
from batch_constructs.monitoring.costs import tag_costs
from batch_constructs.platform.compute_pool import ComputePool
from batch_constructs.platform.nextflow import NextflowQueues
from batch_constructs.platform.pools import queue_plans
from batch_constructs.platform.shares import SharedQueues
from batch_constructs.scheduling.policies import FairSharePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.base import ManagedComputeEnvironment
    from batch_constructs.platform.compute_pool import InstanceRole, SharedParts
    from batch_constructs.platform.pools import PlatformQueue, Pool

__all__ = ["PlatformCompute", "check_pools"]

# The distance of the priorities of two queues: room for another one that is added by hand.
_STEP = 10


def check_pools(
    problems: Problems, pools: Sequence[Pool], *, taken: Mapping[str, ComputePool] | None = None
) -> None:
    """Add a problem for each name that two pools or two queues share."""
    there = taken or {}
    queues = [name for pool in there.values() for name in pool.queues]
    queues += [plan.name for pool in pools for plan in queue_plans(pool)]
    for what, names in (("pools", [*there, *(pool.name for pool in pools)]), ("queues", queues)):
        twice = [name for name, count in Counter(names).items() if count > 1]
        problems.check(not twice, f"{what} must have different names, got {', '.join(twice)} twice")
    most = max((len(queue_plans(pool)) for pool in pools), default=0)
    problems.within(f"{_STEP} times the number of queues of a pool", _STEP * most, limits.QUEUE_PRIORITY)


class PlatformCompute(NextflowQueues, SharedQueues):
    """The capacity of a platform: in one construct with the rest, or in a stack of its own."""

    pools: Mapping[str, ComputePool]
    """Its pools by name."""

    queues: Mapping[str, JobQueue]
    """All its queues by name: those of the first pool first, the most urgent first."""

    security_groups: Sequence[ec2.ISecurityGroup]
    """The security groups of its instances and tasks; empty if all its environments are your own."""

    instance_role: InstanceRole | None
    """The role of its instances; ``None`` if it has none."""

    def _make(self, scope: Construct, shared: SharedParts, pools: Sequence[Pool]) -> None:
        self.security_groups = shared.security_groups
        self.instance_role = shared.instance_role
        self._shared = shared
        self._connections = ec2.Connections(security_groups=list(self.security_groups))
        # Queues are not inside their pools, so that a queue that moves to another pool is updated in place.
        self._rooms = {name: Construct(scope, name) for name in ("Pools", "Queues", "Shares")}
        self.pools = {}
        self.queues = {}
        for pool in pools:
            self._add(pool)

    def _add(self, pool: Pool) -> ComputePool:
        made = ComputePool(self._rooms["Pools"], pool, self._shared)
        plans = queue_plans(pool)
        made.queues = {
            plan.name: self._queue(plan, made, _STEP * place)
            for plan, place in zip(plans, range(len(plans), 0, -1), strict=True)
        }
        self.pools = {**self.pools, pool.name: made}
        self.queues = {**self.queues, **made.queues}
        return made

    def _queue(self, plan: PlatformQueue, pool: ComputePool, priority: int) -> JobQueue:
        policy = None
        if plan.shares is not None:
            policy = FairSharePolicy(
                self._rooms["Shares"],
                plan.name,
                shares=plan.shares,
                share_decay=plan.share_decay,
                compute_reservation=plan.compute_reservation,
            )
        environments = pool.compute_environments if plan.spot else [pool.on_demand]
        stuck = plan.job_state_time_limits
        return JobQueue(
            self._rooms["Queues"],
            plan.name,
            compute_environments=[each for each in environments if each is not None],
            priority=priority,
            scheduling_policy=policy,
            job_state_time_limits=(JobStateTimeLimit.for_misconfigurations() if stuck is None else stuck),
        )

    def _tag_costs(self, scope: Construct, tags: Mapping[str, str]) -> None:
        made = [
            each for pool in self.pools.values() for each in (pool.spot, pool.on_demand) if each is not None
        ]
        tag_costs(scope, tags, compute_environments=made)

    @property
    def queue(self) -> JobQueue:
        """The first queue: the most urgent one of the first pool."""
        return self._first.queue

    @property
    def spot(self) -> ManagedComputeEnvironment | None:
        """The first pool's environment at Spot prices."""
        return self._first.spot

    @property
    def on_demand(self) -> ManagedComputeEnvironment | None:
        """The first pool's environment at full price."""
        return self._first.on_demand

    @property
    def compute_environments(self) -> list[IComputeEnvironmentRef]:
        """All environments of all pools, each once."""
        return list(dict.fromkeys(each for pool in self.pools.values() for each in pool.compute_environments))

    @property
    def connections(self) -> ec2.Connections:
        """The connections of its security groups: ``platform.connections.allow_to_default_port(file_system)``.

        Call it on the platform, not on the file system: then it also works if the file system is in another stack.
        """
        return self._connections

    @property
    def _first(self) -> ComputePool:
        if not self.pools:
            raise LookupError("the stack has no pool yet: call add_pool")
        return next(iter(self.pools.values()))
