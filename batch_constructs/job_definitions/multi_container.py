"""Definitions of jobs with several containers, on EC2 and on Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import seconds
from batch_constructs.facts import limits
from batch_constructs.facts.tasks import PLATFORM_LOG_DRIVERS, IpcMode, PidMode
from batch_constructs.job_definitions.container import EC2
from batch_constructs.job_definitions.fargate_tasks import FargateTask, check_task_on_fargate, platform_of
from batch_constructs.job_definitions.log_drivers import check_driver
from batch_constructs.job_definitions.settings import DefinitionSettings
from batch_constructs.job_definitions.tasks import TaskJobDefinition

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
    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.job_definitions.task_containers import TaskContainer

__all__ = ["IpcMode", "MultiContainerJobDefinition", "PidMode"]


@checked
class MultiContainerJobDefinition(TaskJobDefinition):
    """A definition of jobs with several containers, which start in order, share volumes and run on one host.

    Use this for a sidecar that routes logs, a step that prepares data, or a simulator next to its client, each with its
    own image. The containers run on EC2 instances, or with ``fargate`` on Fargate. For one container,
    `Ec2JobDefinition` and `FargateJobDefinition` are shorter.

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        containers: Sequence[TaskContainer],
        fargate: FargateTask | None = None,
        parameters: Mapping[str, str] | None = None,
        consumes: Mapping[IConsumableResourceRef, Number] | None = None,
        pid_mode: PidMode | None = None,
        ipc_mode: IpcMode | None = None,
        enable_execute_command: bool | None = None,
        job_role: iam.IRole | iam.Role | None = None,
        execution_role: iam.IRole | iam.Role | None = None,
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
        """Create the definition, its log group, and its execution role if one is needed.

        Args:
            scope: Where the definition belongs.
            id: Its name in that scope.
            containers: 1 to 10 containers, at least one of them essential.
            fargate: The settings of Fargate, on which the jobs then run. By default they run on EC2 instances.
            parameters: Default values for the placeholders ``Ref::name`` of the commands. By default none, so each
                submission must set them.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1: ``{licence:
                1}``. By default none.
            pid_mode: The processes that containers see: those of the task, or of the host. By default their own only.
            ipc_mode: Whether containers share memory with each other, with the host, or not at all; not on Fargate. By
                default the container runtime decides.
            enable_execute_command: Whether ``aws ecs execute-command`` can open a shell in its containers; the job role
                gets the right. By default no.
            job_role: The role of the code in the job. By default one is made at the first grant to the definition.
            execution_role: The role with which ECS reads secrets, pulls images and writes the log. By default
                one is made on Fargate, or if there are secrets; otherwise ECS uses the instance's role.
            logging: Options for the log group, as `AwsLogs`, or a log driver of the CDK, for containers without
                ``logging``. By default the log group.
            log_group: The log group of the output. By default a new one.
            log_retention: How long the new log group keeps output; by default one month.
            retry_strategy: Which failures are retried, and how often. By default none.
            timeout: The time after which an attempt is ended, at least 60 seconds. By default never.
            scheduling_priority: 0 to 9999, higher first inside a share. By default each submission to a queue with a
                fair-share policy must set it; on other queues it has no effect.
            propagate_tags: Whether tags of the job reach its ECS task; by default yes.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, and of its jobs' tasks if they propagate; up to 50. By default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.check(
            fargate is None or ipc_mode is None, f"ipc_mode must be left out on Fargate, got {ipc_mode}"
        )
        if fargate is not None:
            check_task_on_fargate(problems, fargate, containers)
            check_driver(problems, "logging", logging, PLATFORM_LOG_DRIVERS, "Fargate")
        for container in containers if fargate is None else ():
            problems.within(f"vcpus of container {container.name!r}", container.vcpus, limits.EC2_VCPUS)
        super().__init__(
            scope,
            id,
            containers=containers,
            settings=DefinitionSettings(
                parameters=parameters,
                retry_strategy=retry_strategy,
                timeout_seconds=seconds(timeout),
                scheduling_priority=scheduling_priority,
                propagate_tags=propagate_tags,
                skip_deregister_on_update=skip_deregister_on_update,
                job_definition_name=job_definition_name,
                tags=tags,
                consumes=consumes,
            ),
            platform=EC2 if fargate is None else platform_of(fargate),
            problems=problems,
            ipc_mode=ipc_mode,
            pid_mode=pid_mode,
            enable_execute_command=enable_execute_command,
            job_role=job_role,
            execution_role=execution_role,
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
