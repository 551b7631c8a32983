"""A whole platform in one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs.networking import BatchNetwork
from batch_constructs.platform.compute import PlatformCompute, check_pools
from batch_constructs.platform.compute_pool import SharedParts
from batch_constructs.platform.pools import CpuPool
from batch_constructs.platform.watching import PlatformWatch, check_tags, check_watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_sns as sns
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.ec2 import Ec2JobDefinition
    from batch_constructs.job_definitions.fargate import FargateJobDefinition
    from batch_constructs.monitoring.receivers import AlertTarget
    from batch_constructs.platform.compute_pool import InstanceRole
    from batch_constructs.platform.pools import Pool

__all__ = ["BatchPlatform"]

_TAG = "batch-platform"


@checked
@jsii.implements(ec2.IConnectable)
class BatchPlatform(PlatformCompute, PlatformWatch, CheckedConstruct):
    """Network, environments, queues, alerts and a dashboard: everything except your jobs, and a first job to try.

    By default it has Spot capacity with on-demand capacity as a fallback, in private subnets of a new network with flow
    logs, one queue, emails about everything that goes wrong, and a dashboard::

        platform = BatchPlatform(stack, "Platform", emails=["ops@example.com"])
        platform.queue.grant_submit_job(scheduler, job_definition)

    Use pools for queues by priority, shares, GPUs, Arm and Fargate::

        BatchPlatform(
            stack,
            "Platform",
            pools=[
                CpuPool(queues=["urgent", PlatformQueue(name="research", shares=[Share(identifier="genomics")])]),
                CpuPool(name="arm", instance_types=["default_arm64"]),
                GpuPool(instance_types=["g6", "g5"]),
                FargatePool(),
            ],
        )

    You can reach every part: ``platform.queues["urgent"]``, ``platform.pools["gpu"].spot``, ``platform.network``,
    ``platform.alerts.topic``. You can replace every part with your own: ``vpc``, ``instance_role``, ``topic``, or an
    `OwnPool` of your environments. While no job runs, it costs its NAT gateway and a key.

    Guide: What Is AWS Batch?; Getting Started with AWS Batch.
    """

    vpc: ec2.IVpc
    """The network of its environments."""

    network: BatchNetwork | None
    """Its own network; ``None`` if ``vpc`` was given."""

    hello: Ec2JobDefinition | FargateJobDefinition | None
    """A first job to try the platform with; ``None`` without ``outputs``, in isolated subnets, which cannot reach its
    image, or if all environments are your own."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc | ec2.Vpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        pools: Sequence[Pool] = (CpuPool(),),
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_role: InstanceRole | None = None,
        alerts: bool = True,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
        detailed_metrics: bool = False,
        alarms: bool = False,
        dashboard: bool = True,
        monthly_budget: Number | None = None,
        cost_tags: Mapping[str, str] | None = None,
        outputs: bool = True,
    ) -> None:
        """Create the platform.

        Args:
            scope: Where the platform belongs.
            id: Its name in that scope.
            vpc: The network. By default a new one: private subnets in up to three Availability Zones, one NAT
                gateway, a gateway endpoint for S3, and flow logs that are kept for a month.
            vpc_subnets: With ``vpc`` only: which of its subnets. By default the private ones, else the isolated, else
                the public ones.
            pools: The capacity, at least one of `CpuPool`, `GpuPool`, `FargatePool`, `OwnPool`. By default one
                `CpuPool`, whose queue is ``platform.queue``.
            security_groups: Security groups of instances and tasks, at least one. By default one for all of them, without
                inbound rules.
            instance_role: The instances' role. By default one for all of them, with what the ECS agent needs.
            alerts: Whether to create `BatchAlerts`; by default yes.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where alerts are published, as in `JobFailureAlerts`; alarms and the budget publish to it, too. By default a
                topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.
            detailed_metrics: Whether to create `JobMetrics` that AWS does not publish: lost Spot hosts, the size of
                environments, why jobs failed. They need a function, and its class documents the costs. By default no.
            alarms: Whether to create `BatchAlarms` as well: on jobs that wait for more than an hour; with ``detailed_metrics``
                on environments at their limit for an hour; without ``alerts`` on failures. By default no.
            dashboard: Whether to create a dashboard; by default yes. Its metrics are free. The first
                three dashboards of an account are free, each further one costs 3 USD a month.
            monthly_budget: A monthly limit in USD, more than 0, for a `BatchBudget`. It notifies the receivers of the alerts when
                50 %, 80 % and 100 % are spent, and when AWS forecasts 100 %. By default no budget.
            cost_tags: Tags of everything that costs money, including instances and disks. The budget and the bill count by
                them once they are activated in the Billing console. Environments of an `OwnPool` are left to you.
                By default ``batch-platform`` with the path of the platform if there is a budget, else none.
            outputs: Whether to output the names of the queues and the command that submits a first job; by
                default yes. The job is a definition of the platform, `hello`, which is free.

        Raises:
            ValueError: a name is used twice, arguments contradict each other, or an address is no email address.
        """
        problems = Problems()
        problems.check(len(pools) > 0, "pools must hold at least one pool, got none")
        check_pools(problems, pools)
        check_watch(
            problems,
            alerts=alerts,
            emails=emails,
            topic=topic,
            targets=targets,
            alarms=alarms,
            monthly_budget=monthly_budget,
        )
        check_tags(problems, cost_tags)
        problems.check(
            vpc is not None or vpc_subnets is None,
            "vpc_subnets are those of a vpc, got none: give it, or leave both out for a network of its own",
        )
        problems.check(
            security_groups is None or len(security_groups) > 0,
            "security_groups must name at least one, or be omitted for a new one",
        )
        problems.raise_if_any()

        super().__init__(scope, id)
        self.network = None if vpc is not None else BatchNetwork(self, "Network", max_azs=3, flow_logs=True)
        self.vpc = vpc or self.network.vpc  # type: ignore[union-attr] # one of the two is there
        shared = SharedParts(
            self,
            vpc=self.vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            instance_role=instance_role,
            pools=pools,
        )
        self._make(self, shared, pools)
        tags = cost_tags or ({} if monthly_budget is None else {_TAG: self.node.path})
        self._watch(
            self,
            queues=self.queues,
            compute_environments=self.compute_environments,
            alerts=alerts,
            emails=emails,
            topic=topic,
            targets=targets,
            detailed_metrics=detailed_metrics,
            alarms=alarms,
            dashboard=dashboard,
            monthly_budget=monthly_budget,
            cost_tags=tags,
        )
        if tags:
            self._tag_costs(self, tags)
        self.hello = None
        if outputs:
            from batch_constructs.platform.first_job import first_job, put_out_queues  # noqa: PLC0415 - only here

            put_out_queues(self, self.queues)
            self.hello = first_job(self, pools, self.queues, vpc=self.vpc, vpc_subnets=vpc_subnets)
