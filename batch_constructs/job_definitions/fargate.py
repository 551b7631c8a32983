"""Definitions of jobs on Fargate: no instances, and the sizes that Fargate offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk.aws_logs import RetentionDays

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import mebibytes, seconds
from batch_constructs.facts import limits
from batch_constructs.facts.instance_types import Architecture
from batch_constructs.facts.tasks import PLATFORM_LOG_DRIVERS
from batch_constructs.facts.vocabulary import OperatingSystemFamily
from batch_constructs.job_definitions.amounts import requirements
from batch_constructs.job_definitions.container import Container, Platform
from batch_constructs.job_definitions.ecs import SingleContainerJobDefinition
from batch_constructs.job_definitions.fargate_checks import (
    check_size,
    check_version,
    check_windows,
    smallest_memory,
)
from batch_constructs.job_definitions.images import check_platform
from batch_constructs.job_definitions.linux_parameters import LinuxParameters
from batch_constructs.job_definitions.log_drivers import check_driver
from batch_constructs.job_definitions.mounts import check_mounts_on_fargate
from batch_constructs.job_definitions.settings import DefinitionSettings
from batch_constructs.job_definitions.volumes import Efs

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

    from batch_constructs.job_definitions.log_drivers import AwsLogs
    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.job_definitions.volumes import Mount

__all__ = ["FargateJobDefinition", "fargate_members", "runtime_platform"]


@checked
class FargateJobDefinition(SingleContainerJobDefinition):
    """A definition of single-node jobs for environments on Fargate and Fargate Spot.

    It makes an execution role that may write to its log group, pull its image and read its secrets, and a log
    group that keeps output for a month. The code in the job has no rights on AWS until something is granted to the
    definition: ``bucket.grant_read(thumbnail)``.

    Guide: Creating a Job Definition; Job Definition Parameters (Fargate).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        image: str | ecs.ContainerImage,
        vcpus: Number = 1,
        memory: Size | None = None,
        command: Sequence[str] | None = None,
        parameters: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, batch.Secret] | None = None,
        architecture: Architecture | None = None,
        operating_system_family: OperatingSystemFamily | None = None,
        assign_public_ip: bool = False,
        ephemeral_storage: Size | None = None,
        platform_version: str | None = None,
        mounts: Mapping[str, Mount] | None = None,
        init_process_enabled: bool | None = None,
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
        readonly_root_filesystem: bool | None = None,
        scheduling_priority: Number | None = None,
        propagate_tags: bool = True,
        skip_deregister_on_update: bool = True,
        job_definition_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Create the definition, its log group and its execution role.

        Args:
            scope: Where the definition belongs.
            id: Its name in that scope.
            image: An address such as ``"busybox:1.36"``, or a container image of the CDK (asset, ECR repository,
                registry with credentials).
            vcpus: 0.25, 0.5, 1, 2, 4, 8, 16 or 32, on Windows at least 1; by default 1.
            memory: One of the sizes that Fargate offers for these vCPUs, 512 MiB to 244 GiB. By default the smallest of
                them.
            command: The command of the container; ``Ref::name`` is the placeholder of a parameter. By default that of
                the image.
            parameters: Default values for the placeholders ``Ref::name`` of the command. By default none, so each
                submission must set them.
            environment: Variables for the job. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default
                none.
            secrets: Variables whose values are read at the start of each job; the right to read them is granted. By
                default none.
            architecture: ``X86_64`` or ``ARM64``, as the image is built. By default AWS takes ``X86_64``.
            operating_system_family: Linux, or the Windows Server that the image is built for. Windows runs on
                ``X86_64`` only, not on Fargate Spot, and without features of Linux (``user``, a read-only root, an init
                process, EFS). By default Linux.
            assign_public_ip: Whether tasks get a public address. In public subnets they need one to pull their
                image; in private and isolated ones it has no effect. By default no.
            ephemeral_storage: Disk space, 21 to 200 GiB; it needs platform version 1.4.0. By default 20 GiB.
            platform_version: ``"LATEST"`` or a number such as ``"1.4.0"``. By default the latest.
            mounts: Volumes (`Efs`, `S3Files`) by their path in the container; the job role gets the right to mount
                them. ``Host()`` is an empty directory. By default none.
            init_process_enabled: Whether an init process forwards signals and reaps processes. By default the
                command is process 1.
            repository_credentials: The secret with the credentials of a private registry, if ``image`` is an address.
                By default none.
            enable_execute_command: Whether ``aws ecs execute-command`` can open a shell in its tasks; the job role gets
                the right. By default no.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1: ``{licence:
                1}``. By default none.
            job_role: The role of the code in the job. By default one is made at the first grant to the definition.
            execution_role: The role with which ECS starts the job. By default one is made.
            logging: Options for the log group, as `AwsLogs`, or another log driver of the CDK (``ecs.LogDrivers``), of
                which Fargate has Splunk. By default one stream per attempt.
            log_group: The log group of the output. By default a new one.
            log_retention: How long the new log group keeps output; by default one month.
            retry_strategy: Which failures are retried, and how often. By default none.
            timeout: The time after which an attempt is ended, at least 60 seconds. By default never, but Fargate ends
                every task after 14 days.
            user: The user in the container, by name or id. By default that of the image.
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
        memory_mib = mebibytes(memory) if memory is not None else smallest_memory(vcpus)
        storage_gib = None if ephemeral_storage is None else ephemeral_storage.to_gibibytes()
        problems = Problems()
        check_size(problems, vcpus, memory_mib)
        problems.within("ephemeral_storage", storage_gib, limits.EPHEMERAL_STORAGE_GIB)
        problems.check(
            architecture in {None, Architecture.X86_64, Architecture.ARM64},
            f"architecture must be X86_64 or ARM64 on Fargate, got {architecture}",
        )
        check_mounts_on_fargate(problems, mounts, platform_version)
        check_version(problems, platform_version, ephemeral_storage)
        check_driver(problems, "logging", logging, PLATFORM_LOG_DRIVERS, "Fargate")
        check_platform(problems, image, [architecture or Architecture.X86_64])
        if operating_system_family not in {None, OperatingSystemFamily.LINUX}:
            problems.within("vcpus", vcpus, limits.WINDOWS_VCPUS)
            check_windows(
                problems,
                architecture,
                {
                    "user": user is not None,
                    "readonly_root_filesystem": bool(readonly_root_filesystem),
                    "init_process_enabled": init_process_enabled is not None,
                    "Efs in mounts": any(isinstance(each, Efs) for each in (mounts or {}).values()),
                },
            )
        super().__init__(
            scope,
            id,
            problems=problems,
            platform=Platform(
                capability="FARGATE",
                needs_execution_role=True,
                members={
                    **fargate_members(
                        architecture=architecture,
                        operating_system_family=operating_system_family,
                        assign_public_ip=assign_public_ip,
                        storage_gib=storage_gib,
                    ),
                    **given(fargatePlatformConfiguration=given(platformVersion=platform_version)),
                },
            ),
            container=Container(
                image=image,
                command=command,
                environment=environment,
                secrets=secrets,
                user=user,
                readonly_root_filesystem=readonly_root_filesystem,
                mounts=mounts,
                linux_parameters=None
                if init_process_enabled is None
                else LinuxParameters(init_process_enabled=init_process_enabled),
                repository_credentials=repository_credentials,
                enable_execute_command=enable_execute_command,
                resources=requirements(vcpus=vcpus, memory_mib=memory_mib),
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


def fargate_members(
    *,
    architecture: Architecture | None,
    operating_system_family: OperatingSystemFamily | None,
    assign_public_ip: bool,
    storage_gib: float | None,
) -> dict[str, Any]:
    """Return the members that containers and tasks have only on Fargate."""
    return given(
        networkConfiguration={"assignPublicIp": "ENABLED" if assign_public_ip else "DISABLED"},
        runtimePlatform=runtime_platform(architecture, operating_system_family),
        ephemeralStorage=given(sizeInGiB=storage_gib),
    )


def runtime_platform(
    architecture: Architecture | None, family: OperatingSystemFamily | None
) -> dict[str, Any] | None:
    """Return processor and operating system of a task; ``None`` if AWS chooses them."""
    if architecture is None and family is None:
        return None
    return given(
        cpuArchitecture=architecture and architecture.upper(),
        operatingSystemFamily=family or OperatingSystemFamily.LINUX,
    )
