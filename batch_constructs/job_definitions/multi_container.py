"""Definitions of jobs with several containers, on EC2 and on Fargate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import seconds
from batch_constructs.facts import limits
from batch_constructs.facts.tasks import PLATFORM_LOG_DRIVERS, IpcMode, PidMode
from batch_constructs.job_definitions.container import EC2
from batch_constructs.job_definitions.fargate import task_arguments
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
    """A definition of jobs with several containers, which start in order, share volumes and are placed together.

    A sidecar that routes logs, a step that prepares data, a simulator beside what it talks to: each an image of its
    own. They run on EC2 instances, or with ``fargate`` on Fargate. For one container, `Ec2JobDefinition` and
    `FargateJobDefinition` say it shorter.

    Guide: Job Definition Parameters (ecsProperties; newer than its table of contents).
    """

    _kind = "MultiContainerJobDefinition"

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
        """Create the definition, its log group, and its execution role where one is needed.

        Args:
            scope: Where the definition belongs.
            id: Its name in that scope.
            containers: 1 to 10, at least one of them essential.
            fargate: Has jobs run on Fargate, and says how. By default they run on EC2 instances.
            parameters: Values for the ``Ref::name`` of the commands, which a submission may override. By default each
                submission gives them.
            consumes: How much of which consumable resources each job holds, at least 1 of each: ``{licence: 1}``. By
                default none.
            pid_mode: Whose processes containers see: those of the task, or of the host. By default their own only.
            ipc_mode: With whom containers share memory: with each other, with the host, or with nobody; not on
                Fargate. By
                default the container runtime decides.
            enable_execute_command: Whether ``aws ecs execute-command`` opens a shell in its containers; the job role
                gets the right to. By default no.
            job_role: The role of the code inside. By default one is made at the first grant to the definition.
            execution_role: The role with which ECS reads secrets, pulls images and writes the log. By default
                one is made on Fargate, or where there are secrets; else the instance's role does it.
            logging: How output of containers is written that do not say so themselves, as `AwsLogs`, or a log driver
                of the CDK. By default to the log group.
            log_group: Where output goes. By default a group of its own.
            log_retention: How long its own log group keeps output; by default one month.
            retry_strategy: Which failures are tried again, and how often. By default none is.
            timeout: After how long an attempt is ended, at least 60 seconds. By default never.
            scheduling_priority: 0 to 9999, higher first inside a share. By default a submission to a queue with a
                fair-share policy must say it; on other queues it has no effect.
            propagate_tags: Whether tags of the job reach its ECS task; by default yes.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, and of its jobs' tasks where they propagate; up to 50. By default none.

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

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        arguments = super()._arguments_of(properties, references)
        if "FARGATE" not in properties.get("PlatformCapabilities", ()):
            return arguments
        [task] = properties["EcsProperties"]["TaskProperties"]
        fargate = FargateTask(**task_arguments(task), platform_version=task.get("PlatformVersion"))
        return {**arguments, "fargate": fargate}
