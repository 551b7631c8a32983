"""Definitions of jobs that run on EC2 instances, on demand or Spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import mebibytes, seconds
from batch_constructs.job_definitions.amounts import requirements
from batch_constructs.job_definitions.container import EC2, Container, check_ec2_amounts
from batch_constructs.job_definitions.ecs import SingleContainerJobDefinition
from batch_constructs.job_definitions.settings import DefinitionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.linux_parameters import LinuxParameters, Ulimit
    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.job_definitions.volumes import Mount

__all__ = ["Ec2JobDefinition"]


@checked
class Ec2JobDefinition(SingleContainerJobDefinition):
    """A definition of single-node jobs for environments on EC2, on demand and Spot.

    Output goes to a new log group that keeps it for a month. The code in the job has no rights on AWS until
    something is granted to the definition: ``bucket.grant_read(align)``. Old revisions stay when a new one is
    deployed, so queued and running jobs are not disturbed.

    Guide: Creating a Job Definition; Job Definition Parameters; GPU Jobs.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        image: str | ecs.ContainerImage,
        vcpus: Number,
        memory: Size,
        gpus: Number | None = None,
        command: Sequence[str] | None = None,
        parameters: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, batch.Secret] | None = None,
        mounts: Mapping[str, Mount] | None = None,
        linux_parameters: LinuxParameters | None = None,
        ulimits: Sequence[Ulimit] = (),
        repository_credentials: secretsmanager.ISecret | None = None,
        enable_execute_command: bool | None = None,
        consumes: Mapping[IConsumableResourceRef, Number] | None = None,
        job_role: iam.IRole | iam.Role | None = None,
        execution_role: iam.IRole | iam.Role | None = None,
        logging: AwsLogs | ecs.LogDriver | None = None,
        log_group: logs.ILogGroup | logs.LogGroup | None = None,
        log_retention: RetentionDays = RetentionDays.ONE_MONTH,
        retry_strategy: RetryStrategy | None = None,
        timeout: Duration | None = None,
        user: str | None = None,
        privileged: bool | None = None,
        readonly_root_filesystem: bool | None = None,
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
            image: An address such as ``"busybox:1.36"``, or a container image of the CDK (asset, ECR repository,
                registry with credentials).
            vcpus: Whole vCPUs, at least 1. A job may use more while its instance is idle.
            memory: At least 4 MiB; a job that uses more is killed. An instance has less for jobs than its data sheet
                says: 8,192 MiB never fit one with 8 GiB.
            gpus: NVIDIA GPUs for the job alone, at least 1. By default none.
            command: The command of the container; ``Ref::name`` is the placeholder of a parameter. By default that of
                the image.
            parameters: Default values for the placeholders ``Ref::name`` of the command. By default none, so each
                submission must set them.
            environment: Variables for the job. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default
                none.
            secrets: Variables whose values are read at the start of each job; the right to read them is granted. By
                default none.
            mounts: Volumes (`Efs`, `Host`, `S3Files`) by their path in the container; the job role gets the right to
                mount them. By default none.
            linux_parameters: Init process, shared memory, tmpfs, devices and swap. By default none.
            ulimits: Limits of the kernel, such as open files. By default those of Docker.
            repository_credentials: The secret with the credentials of a private registry, if ``image`` is an address.
                By default none.
            enable_execute_command: Whether ``aws ecs execute-command`` can open a shell in its tasks; the job role gets
                the right. By default no.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1: ``{licence:
                1}``. By default none.
            job_role: The role of the code in the job. By default one is made at the first grant to the definition.
            execution_role: The role with which ECS reads the secrets, pulls the image and writes the log. By
                default one is made if there are secrets; otherwise ECS uses the instance's role.
            logging: Options for the log group, as `AwsLogs`, or another log driver of the CDK (``ecs.LogDrivers``). By
                default one stream per attempt.
            log_group: The log group of the output. By default a new one.
            log_retention: How long the new log group keeps output; by default one month.
            retry_strategy: Which failures are retried, and how often. By default none.
            timeout: The time after which an attempt is ended, at least 60 seconds. By default never.
            user: The user in the container, by name or id. By default that of the image.
            privileged: Whether the container has root-like rights on the instance. By default no.
            readonly_root_filesystem: Whether the container can write to volumes only. By default no.
            scheduling_priority: 0 to 9999, higher first inside a share. By default each submission to a queue with a
                fair-share policy must set it; on other queues it has no effect.
            propagate_tags: Whether tags of the job reach its ECS task; by default yes.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, and of its jobs' tasks if they propagate; up to 50. By default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        memory_mib = mebibytes(memory)
        problems = Problems()
        check_ec2_amounts(problems, vcpus=vcpus, memory_mib=memory_mib, gpus=gpus)
        super().__init__(
            scope,
            id,
            problems=problems,
            platform=EC2,
            container=Container(
                image=image,
                command=command,
                environment=environment,
                secrets=secrets,
                user=user,
                privileged=privileged,
                readonly_root_filesystem=readonly_root_filesystem,
                mounts=mounts,
                linux_parameters=linux_parameters,
                ulimits=ulimits,
                repository_credentials=repository_credentials,
                enable_execute_command=enable_execute_command,
                resources=requirements(vcpus=vcpus, memory_mib=memory_mib, gpus=gpus),
            ),
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
            job_role=job_role,
            execution_role=execution_role,
            logging=logging,
            log_group=log_group,
            log_retention=log_retention,
        )
