"""One pool of a platform: its environments, and what the environments of all pools share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.compute_environments.ec2 import Ec2ComputeEnvironment
from batch_constructs.compute_environments.fargate import FargateComputeEnvironment
from batch_constructs.compute_environments.gpu import GpuComputeEnvironment
from batch_constructs.compute_environments.spot import SpotComputeEnvironment
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.platform.pools import CpuPool, FargatePool, GpuPool, OwnPool
from batch_constructs.roles import EcsInstanceRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.compute_environments.base import ManagedComputeEnvironment
    from batch_constructs.job_queues.queues import JobQueue
    from batch_constructs.platform.pools import Pool

    InstanceRole: TypeAlias = EcsInstanceRole | iam.IInstanceProfile | iam.InstanceProfile

__all__ = ["ComputePool", "SharedParts"]


class SharedParts:
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

    def __init__(self, scope: Construct, pool: Pool, shared: SharedParts) -> None:
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
            self.spot = self._environment("Spot", pool, shared, pool.spot_max_vcpus, spot=True)
        if pool.on_demand_max_vcpus:
            self.on_demand = self._environment("OnDemand", pool, shared, pool.on_demand_max_vcpus, spot=False)
        self.compute_environments = [each for each in (self.spot, self.on_demand) if each is not None]

    @property
    def queue(self) -> JobQueue:
        """Its most urgent queue, or its only one."""
        return next(iter(self.queues.values()))

    def _environment(
        self,
        id: str,
        pool: CpuPool | GpuPool | FargatePool,
        shared: SharedParts,
        max_vcpus: Number,
        *,
        spot: bool,
    ) -> ManagedComputeEnvironment:
        vpc, vpc_subnets, security_groups = shared.vpc, shared.vpc_subnets, shared.security_groups
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
                instance_role=shared.instance_role,
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
            instance_role=shared.instance_role,
            launch_template=self.launch_template,
        )
