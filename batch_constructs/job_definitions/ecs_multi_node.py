"""Definitions of jobs that run several containers on each of several nodes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known, seconds
from batch_constructs.facts import instance_types as types
from batch_constructs.facts import limits
from batch_constructs.job_definitions.consumables import check_consumes, required
from batch_constructs.job_definitions.images import check_platform
from batch_constructs.job_definitions.log_drivers import check_logging
from batch_constructs.job_definitions.node_groups import check_nodes, nodes_of, ranges_in, ranges_of
from batch_constructs.job_definitions.settings import DefinitionSettings
from batch_constructs.job_definitions.task_containers import (
    check_dependencies,
    check_execute_command,
    check_firelens,
)
from batch_constructs.job_definitions.tasks import TasksJobDefinition, task_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.tasks import IpcMode, PidMode
    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.node_groups import NodeRange
    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.job_definitions.task_containers import TaskContainer

__all__ = ["EcsMultiNodeParallelJobDefinition", "EcsNodeGroup"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EcsNodeGroup:
    """Nodes that run the same containers, several on each node.

    Attributes:
        nodes: The number of nodes, at least 1; the groups then follow each other. Or their indexes, as a `NodeRange`; a
            range inside another one takes its nodes from it.
        containers: 1 to 10 on each node, at least one of them essential.
        pid_mode: The processes that containers see: those of the task, or of the host. By default their own only.
        ipc_mode: Whether containers share memory with each other, with the host, or not at all. By default the
            container runtime decides.
        consumes: The consumable resources that each node uses, with the quantity of each, at least 1. By default none.

    Guide: Multi-node Parallel Jobs; Job Definition Parameters (ecsProperties).
    """

    nodes: int | NodeRange
    containers: Sequence[TaskContainer]
    pid_mode: PidMode | None = None
    ipc_mode: IpcMode | None = None
    consumes: Mapping[IConsumableResourceRef, Number] | None = None


@checked
class EcsMultiNodeParallelJobDefinition(TasksJobDefinition):
    """A definition of jobs on several instances at once, with several containers on each.

    If one container on each node is enough, `MultiNodeParallelJobDefinition` is shorter, and has the devices of Elastic
    Fabric Adapters in one argument. Otherwise the two are alike: the main node starts first, and its end is the end of
    the job. Nodes are in the security groups of the environment, or if it names none, in the VPC's default group. They
    need private subnets with NAT or endpoints.

    Guide: Multi-node Parallel Jobs; Job Definition Parameters (ecsProperties).
    """

    node_ranges: Sequence[NodeRange]
    """The nodes of each group, in the order of the groups."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        node_groups: Sequence[EcsNodeGroup],
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
            execution_role: The role with which ECS reads secrets and writes the log. By default one is made if there
                are secrets; otherwise ECS uses the instance's role.
            enable_execute_command: Whether ``aws ecs execute-command`` can open a shell in its containers; the job role
                gets the right. By default no.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1: ``{licence:
                1}``. By default none.
            logging: Options for the log group, as `AwsLogs`, or a log driver of the CDK, for containers without
                ``logging``. By default the log group.
            log_group: The log group of the output. By default a new one.
            log_retention: How long the new log group keeps output; by default one month.
            retry_strategy: Which failures of the main node are retried, and how often. By default none.
            timeout: The time after which an attempt is ended, at least 60 seconds. By default never.
            scheduling_priority: 0 to 9999, higher first inside a share. By default each submission to a queue with a
                fair-share policy must set it; on other queues it has no effect.
            propagate_tags: Whether tags of the job reach its ECS tasks; by default yes.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, and of its jobs' tasks if they propagate; up to 50. By default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
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
        for group in node_groups:
            check_dependencies(problems, group.containers)
            check_execute_command(problems, group.containers, enabled=enable_execute_command)
            check_firelens(problems, group.containers, logging)
            check_consumes(problems, group.consumes)
            _check_size(problems, group.containers, instance_type)
        settings.check(problems)
        check_logging(problems, logging, log_group)
        problems.raise_if_any()
        tasks = [
            task_of(
                group.containers,
                ipc_mode=group.ipc_mode,
                pid_mode=group.pid_mode,
                enable_execute_command=enable_execute_command,
                name=f"Nodes{index}",
            )
            for index, group in enumerate(node_groups)
        ]
        inner = [each for task in tasks for each in task.inner]

        super().__init__(
            scope,
            id,
            job_role=job_role,
            execution_role=execution_role,
            needs_execution_role=any(each.needs_execution_role for each in inner),
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
        self._log_retention = log_retention
        self.node_ranges = ranges
        nodes = [
            given(
                ecsProperties={"taskProperties": [task]},
                instanceTypes=None if instance_type is None else [instance_type],
                consumableResourceProperties=required(group.consumes),
            )
            for task, group in zip(self._render_tasks(tasks), node_groups, strict=True)
        ]
        self._make(
            {
                "type": "multinode",
                "platformCapabilities": ["EC2"],
                **settings.members,
                "nodeProperties": nodes_of(main_node, ranges, nodes),
            }
        )
        self._connect(inner, settings)
        self._consumed_by_nodes = {
            name: amount for each in node_groups for name, amount in (each.consumes or {}).items()
        }

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        self.node_ranges = ranges_in(document["nodeProperties"])


def _check_size(problems: Problems, containers: Sequence[TaskContainer], instance_type: str | None) -> None:
    """Add a problem if a container or all containers of a node together need more than the instance type has."""
    for each in containers:
        problems.within(f"vcpus of container {each.name!r}", each.vcpus, limits.EC2_VCPUS)
    found = types.find(instance_type) if instance_type is not None and known(instance_type) else None
    if found is None:
        return
    for each in containers:
        check_platform(problems, each.image, found.architectures)
    vcpus, gpus = [each.vcpus for each in containers], [each.gpus or 0 for each in containers]
    problems.check(
        not known(vcpus) or sum(vcpus) <= found.vcpus,
        f"vcpus of all containers of a node must fit instance_type, got {sum(vcpus)} on {found.name} with "
        f"{found.vcpus}",
    )
    problems.check(
        not known(gpus) or sum(gpus) <= found.gpu_count,
        f"gpus of all containers of a node must fit instance_type, got {sum(gpus)} on {found.name} with "
        f"{found.gpu_count}",
    )
