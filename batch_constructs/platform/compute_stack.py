"""The capacity and the queues of a platform as a stack of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import CrossStackReferences, ReferenceStrength, Stack
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.compute_environments.base import OwnComputeEnvironment
from batch_constructs.platform._stack import PlatformStack
from batch_constructs.platform.compute import PlatformCompute, check_pools
from batch_constructs.platform.compute_pool import SharedParts
from batch_constructs.platform.pools import CpuPool, OwnPool
from batch_constructs.platform.watching import check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Environment
    from constructs import Construct

    from batch_constructs.platform.compute_pool import ComputePool, InstanceRole
    from batch_constructs.platform.pools import Pool

__all__ = ["BatchComputeStack"]


@checked
@jsii.implements(ec2.IConnectable)
class BatchComputeStack(PlatformCompute, PlatformStack):
    """A stack with environments and the queues in front of them, as `BatchPlatform` has them.

    Environments and queues are in one stack: if an environment must be replaced, its queue must be updated in the same
    deploy. Other stacks use the ARNs of the queues, which never change while a queue exists. They are always exported, so
    other stacks can come and go. A stack that refers to an environment reads its ARN at its own deploy, and so never
    blocks a change here.

    Guide: Creating a Compute Environment; Creating a Job Queue.
    """

    vpc: ec2.IVpc
    """The network of its environments."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc,
        vpc_subnets: ec2.SubnetSelection | None = None,
        pools: Sequence[Pool] = (CpuPool(),),
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_role: InstanceRole | None = None,
        cost_tags: Mapping[str, str] | None = None,
        env: Environment | None = None,
        stack_name: str | None = None,
        description: str | None = None,
        termination_protection: bool | None = None,
    ) -> None:
        """Create the stack, its environments and its queues.

        Args:
            scope: The app or the stage.
            id: Its name there.
            vpc: The network: of a `BatchNetworkStack`, or any other.
            vpc_subnets: Which of its subnets. By default the private ones, else the isolated, else the public ones.
            pools: The capacity, as in `BatchPlatform`. By default one `CpuPool`. Create environments of your own in
                this stack and add them by `add_pool`; give ``()`` if all are your own.
            security_groups: Security groups of instances and tasks, at least one. By default one for all of them, without
                inbound rules.
            instance_role: The instances' role. By default one for all of them, with what the ECS agent needs.
            cost_tags: Tags of everything in the stack that costs money, including instances and disks, which `tag_costs` in
                another stack does not reach. Environments of an `OwnPool` are left to you. By default none.
            env: Account and Region. By default those of the scope, else those that it is deployed to.
            stack_name: Its name in CloudFormation. By default its id.
            description: Its description. By default none.
            termination_protection: Whether CloudFormation refuses to delete it. By default no.

        Raises:
            ValueError: a name is used twice, ``security_groups`` is empty, or an environment belongs to another stack.
        """
        problems = Problems()
        check_pools(problems, pools)
        problems.check(
            security_groups is None or len(security_groups) > 0,
            "security_groups must name at least one, or be omitted for a new one",
        )
        _check_home(problems, pools, None)
        check_tags(problems, cost_tags)
        problems.raise_if_any()
        super().__init__(
            scope,
            id,
            env=env,
            stack_name=stack_name,
            description=description,
            termination_protection=termination_protection,
        )
        self.vpc = vpc
        shared = SharedParts(
            self,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            pools=pools,
        )
        self._make(self, shared, pools)
        for pool in self.pools.values():
            self._offer(pool)
        if cost_tags:
            self._tag_costs(self, cost_tags)

    def add_pool(self, pool: OwnPool) -> ComputePool:
        """Add environments that were made in this stack, with queues in front of them.

        Args:
            pool: The environments, which no other pool uses, and the names of the queues.

        Returns:
            The pool, also as ``pools[name]``; its queues are in ``queues`` as well.

        Raises:
            ValueError: a name is taken, or an environment belongs to another stack.
        """
        problems = Problems()
        check_pools(problems, [pool], taken=self.pools)
        _check_home(problems, [pool], self)
        problems.raise_if_any()
        added = self._add(pool)
        self._offer(added)
        return added

    def _offer(self, pool: ComputePool) -> None:
        self._keep_exported(*(queue.job_queue_arn for queue in pool.queues.values()))
        for each in pool.compute_environments:
            if isinstance(each, OwnComputeEnvironment):
                # A replaced environment has another ARN; a strong reference would forbid the replacement.
                CrossStackReferences.of(each.cfn).produce(ReferenceStrength.WEAK)


def _check_home(problems: Problems, pools: Sequence[Pool], home: Stack | None) -> None:
    for pool in pools:
        own = pool.compute_environments if isinstance(pool, OwnPool) else ()
        strangers = [
            each.node.path
            for each in own
            if isinstance(each, OwnComputeEnvironment) and Stack.of(each) is not home
        ]
        problems.check(
            not strangers,
            f"environments must be in the stack of their queues, got {', '.join(strangers)} in another: make them "
            "in this stack, and call add_pool",
        )
