"""Definitions of jobs on several instances at once, such as MPI and distributed training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import mebibytes, seconds
from batch_constructs.job_definitions.consumables import required
from batch_constructs.job_definitions.container import EC2
from batch_constructs.job_definitions.ecs import EcsJobDefinition
from batch_constructs.job_definitions.log_drivers import check_logging, check_no_router
from batch_constructs.job_definitions.node_groups import (
    NodeGroup,
    check_group,
    check_nodes,
    container_of,
    nodes_of,
    ranges_in,
    ranges_of,
)
from batch_constructs.job_definitions.settings import DefinitionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.node_groups import NodeRange
    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["MultiNodeParallelJobDefinition"]


@checked
class MultiNodeParallelJobDefinition(EcsJobDefinition):
    """A definition of jobs whose nodes run at the same time, each on an instance of its own.

    The main node starts first, and its end is the end of the job. Nodes use their private addresses to reach each
    other. They are in the security groups of the environment, which must allow traffic between their members:
    ``environment.connections.allow_internally(ec2.Port.all_tcp())``. If the environment names none, as an
    `EfaComputeEnvironment`, they are in the default security group of the VPC. Spot, Fargate and unmanaged environments
    cannot run such jobs. AWS recommends environments for such jobs alone, with ``min_vcpus=0``, since only single-node
    jobs use instances that are kept.

    Guide: Multi-node Parallel Jobs; Creating a Multi-node Parallel Job Definition.
    """

    node_ranges: Sequence[NodeRange]
    """Which nodes each group has, in the order of the groups."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        node_groups: Sequence[NodeGroup],
        main_node: int = 0,
        instance_type: str | None = None,
        parameters: Mapping[str, str] | None = None,
        job_role: iam.IRole | iam.Role | None = None,
        execution_role: iam.IRole | iam.Role | None = None,
        enable_execute_command: bool | None = None,
        consumes: Mapping[IConsumableResourceRef, Number] | None = None,
        logging: AwsLogs | ecs.LogDriver | None = None,
        log_group: logs.ILogGroup | logs.LogGroup | None = None,
        log_retention: RetentionDays = RetentionDays.ONE_MONTH,
        retry_strategy: RetryStrategy | None = None,
        timeout: Duration | None = None,
        scheduling_priority: Number | None = None,
        propagate_tags: bool = True,
        skip_deregister_on_update: bool = True,
        job_definition_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Create the definition, and its log group.

        Args:
            scope: Where the definition belongs.
            id: Its name in that scope.
            node_groups: 1 to 5 groups, all with a count of nodes or all with a `NodeRange`; together they cover all
                nodes from 0 on.
            main_node: Index of the node that starts first and whose end ends the job, from 0. By default 0.
            instance_type: The type that all nodes run on. By default AWS Batch chooses the smallest that fits the
                largest node.
            parameters: Default values for the placeholders ``Ref::name`` of the commands. By default none, so each
                submission must set them.
            job_role: The role of the code in the job. By default one is made at the first grant to the definition.
            execution_role: The role with which ECS reads secrets and writes the log. By default one is made if
                there are secrets; otherwise ECS uses the instance's role.
            enable_execute_command: Whether ``aws ecs execute-command`` can open a shell in its containers; the job role
                gets the right. By default no.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1. By default
                none; those of its nodes are in `NodeGroup`.
            logging: Options for the log group, as `AwsLogs`, or another log driver of the CDK (``ecs.LogDrivers``). By
                default one stream per node.
            log_group: The log group of the output. By default a new one.
            log_retention: How long the new log group keeps output; by default one month.
            retry_strategy: Which failures of the main node are retried, and how often. By default none.
            timeout: The time after which the whole job is ended, at least 60 seconds. By default never.
            scheduling_priority: 0 to 9999, higher first inside a share. By default each submission to a queue with a
                fair-share policy must set it; on other queues it has no effect.
            propagate_tags: Whether tags of the job reach its ECS tasks; by default yes.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, and of its jobs' tasks if they propagate; up to 50. By default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        memories = [mebibytes(group.memory) for group in node_groups]
        containers = [
            container_of(
                group, memory, enable_execute_command=enable_execute_command, instance_type=instance_type
            )
            for group, memory in zip(node_groups, memories, strict=True)
        ]
        settings = DefinitionSettings(
            parameters=parameters,
            retry_strategy=retry_strategy,
            timeout_seconds=seconds(timeout),
            scheduling_priority=scheduling_priority,
            propagate_tags=propagate_tags,
            skip_deregister_on_update=skip_deregister_on_update,
            job_definition_name=job_definition_name,
            tags=tags,
            consumes=consumes,
        )
        problems = Problems()
        ranges = ranges_of([group.nodes for group in node_groups], problems)
        check_nodes(problems, ranges, main_node)
        for group, memory, container in zip(node_groups, memories, containers, strict=True):
            check_group(problems, group, memory_mib=memory, instance_type=instance_type)
            container.check(problems)
        settings.check(problems)
        check_logging(problems, logging, log_group)
        check_no_router(problems, logging)
        problems.raise_if_any()

        super().__init__(
            scope,
            id,
            job_role=job_role,
            execution_role=execution_role,
            needs_execution_role=any(container.needs_execution_role for container in containers),
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
        self.node_ranges = ranges
        rendered = self._render(containers, EC2)
        nodes = [
            given(container=each, consumableResourceProperties=required(group.consumes))
            for each, group in zip(rendered, node_groups, strict=True)
        ]
        self._make(
            {
                "type": "multinode",
                "platformCapabilities": ["EC2"],
                **settings.members,
                "nodeProperties": nodes_of(main_node, ranges, nodes),
            }
        )
        self._connect(containers, settings)
        self._consumed_by_nodes = {
            name: amount for each in node_groups for name, amount in (each.consumes or {}).items()
        }

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        self.node_ranges = ranges_in(document["nodeProperties"])
