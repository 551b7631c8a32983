"""The capacity of a platform: pools of environments, and the queues in front of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.compute_environments.ec2 import Ec2ComputeEnvironment
from batch_constructs.compute_environments.fargate import FargateComputeEnvironment
from batch_constructs.compute_environments.gpu import GpuComputeEnvironment
from batch_constructs.compute_environments.spot import SpotComputeEnvironment
from batch_constructs.facts import limits
from batch_constructs.job_queues.queues import JobQueue, JobStateTimeLimit
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.monitoring.costs import tag_costs
from batch_constructs.platform.nextflow import NextflowQueues
from batch_constructs.platform.pools import CpuPool, FargatePool, GpuPool, OwnPool, queue_plans
from batch_constructs.platform.shares import SharedQueues
from batch_constructs.roles import EcsInstanceRole
from batch_constructs.scheduling.policies import FairSharePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.base import ManagedComputeEnvironment
    from batch_constructs.platform.pools import PlatformQueue, Pool

    InstanceRole = EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile

__all__ = ["ComputePool", "Hosts", "PlatformCompute", "check_pools"]

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


class Hosts:
    """The network, security groups and instance role that the environments of a platform share."""

    def __init__(
        self,
        scope: Construct,
        *,
        vpc: ec2.IVpc,
        vpc_subnets: ec2.SubnetSelection | None,
        security_groups: Sequence[ec2.ISecurityGroup] | None,
        instance_role: InstanceRole | None,
        pools: Sequence[Pool],
    ) -> None:
        self.vpc = vpc
        self.vpc_subnets = vpc_subnets
        own = [pool for pool in pools if not isinstance(pool, OwnPool)]
        # It has no inbound rule: instances and tasks of AWS Batch only open outbound connections.
        self.security_groups: list[ec2.ISecurityGroup] = list(security_groups or ()) or (
            [ec2.SecurityGroup(scope, "SecurityGroup", vpc=vpc)] if own else []
        )
        needs_role = any(isinstance(pool, CpuPool | GpuPool) for pool in pools)
        self.instance_role: InstanceRole | None = instance_role or (
            EcsInstanceRole(scope, "InstanceRole") if needs_role else None
        )


class ComputePool(CheckedConstruct):
    """A pool of a platform: its environments, its launch template, its queues."""

    compute_environments: Sequence[IComputeEnvironmentRef]
    """Its environments, in the order in which its queues try them."""

    spot: ManagedComputeEnvironment | None
    """Its environment at Spot prices; ``None`` if it has none, or if its environments are your own."""

    on_demand: ManagedComputeEnvironment | None
    """Its environment at full price; ``None`` if it has none, or if its environments are your own."""

    launch_template: ILaunchTemplateRef | None
    """The launch template of its instances; ``None`` on Fargate, or if its environments are your own."""

    queues: Mapping[str, JobQueue]
    """Its queues by name, the most urgent first."""

    def __init__(self, scope: Construct, pool: Pool, hosts: Hosts) -> None:
        """Create the environments of a pool; the queues are added later."""
        super().__init__(scope, pool.name)
        self.spot = self.on_demand = self.launch_template = None
        self.queues = {}
        if isinstance(pool, OwnPool):
            self.compute_environments = list(pool.compute_environments)
            return
        if not isinstance(pool, FargatePool):
            self.launch_template = pool.launch_template or BatchLaunchTemplate(
                self, "LaunchTemplate", storage=pool.storage, mounts=pool.mounts, aws_cli=pool.aws_cli
            )
        if pool.spot_max_vcpus:
            self.spot = self._environment("Spot", pool, hosts, pool.spot_max_vcpus, spot=True)
        if pool.on_demand_max_vcpus:
            self.on_demand = self._environment("OnDemand", pool, hosts, pool.on_demand_max_vcpus, spot=False)
        self.compute_environments = [each for each in (self.spot, self.on_demand) if each is not None]

    @property
    def queue(self) -> JobQueue:
        """Its most urgent queue, or its only one."""
        return next(iter(self.queues.values()))

    def _environment(
        self, id: str, pool: CpuPool | GpuPool | FargatePool, hosts: Hosts, max_vcpus: Number, *, spot: bool
    ) -> ManagedComputeEnvironment:
        vpc, vpc_subnets, security_groups = hosts.vpc, hosts.vpc_subnets, hosts.security_groups
        if isinstance(pool, FargatePool):
            return FargateComputeEnvironment(
                self,
                id,
                vpc=vpc,
                vpc_subnets=vpc_subnets,
                security_groups=security_groups,
                max_vcpus=max_vcpus,
                spot=spot,
            )
        if isinstance(pool, GpuPool):
            return GpuComputeEnvironment(
                self,
                id,
                vpc=vpc,
                vpc_subnets=vpc_subnets,
                security_groups=security_groups,
                instance_types=pool.instance_types,
                max_vcpus=max_vcpus,
                spot=spot,
                instance_role=hosts.instance_role,
                launch_template=self.launch_template,
            )
        kind = SpotComputeEnvironment if spot else Ec2ComputeEnvironment
        return kind(
            self,
            id,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            instance_types=pool.instance_types,
            max_vcpus=max_vcpus,
            instance_role=hosts.instance_role,
            launch_template=self.launch_template,
        )


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

    def _make(self, scope: Construct, hosts: Hosts, pools: Sequence[Pool]) -> None:
        self.security_groups = hosts.security_groups
        self.instance_role = hosts.instance_role
        self._hosts = hosts
        self._connections = ec2.Connections(security_groups=list(self.security_groups))
        # Queues are not inside their pools, so that a queue that moves to another pool is updated in place.
        self._rooms = {name: Construct(scope, name) for name in ("Pools", "Queues", "Shares")}
        self.pools = {}
        self.queues = {}
        for pool in pools:
            self._add(pool)

    def _add(self, pool: Pool) -> ComputePool:
        made = ComputePool(self._rooms["Pools"], pool, self._hosts)
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
