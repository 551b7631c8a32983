"""A container of a job on ECS, in the form that all kinds of definition share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batch_constructs._border.cdk import struct
from batch_constructs._border.tokens import as_string
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.images import check_image
from batch_constructs.job_definitions.linux_parameters import linux_parameters_property, ulimit_properties
from batch_constructs.job_definitions.mounts import Volumes, check_mounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.images import ResolvedImage
    from batch_constructs.job_definitions.linux_parameters import LinuxParameters, Ulimit
    from batch_constructs.job_definitions.volumes import Mount

__all__ = [
    "EC2",
    "Container",
    "Platform",
    "check_ec2_amounts",
    "environment_properties",
    "requirements",
    "secret_properties",
]

_L1 = batch.CfnJobDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The properties that only one platform has: EC2, or Fargate."""

    capability: str
    needs_execution_role: bool
    network_configuration: batch.CfnJobDefinition.NetworkConfigurationProperty | None = None
    fargate_platform_configuration: batch.CfnJobDefinition.FargatePlatformConfigurationProperty | None = None
    runtime_platform: batch.CfnJobDefinition.RuntimePlatformProperty | None = None
    ephemeral_storage: batch.CfnJobDefinition.EphemeralStorageProperty | None = None


EC2 = Platform(capability="EC2", needs_execution_role=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container: its image, its command, its resources."""

    image: str | ecs.ContainerImage
    command: Sequence[str] | None
    environment: Mapping[str, str] | None
    secrets: Mapping[str, batch.Secret] | None
    user: str | None
    readonly_root_filesystem: bool | None
    resources: Mapping[str, str]
    privileged: bool | None = None
    mounts: Mapping[str, Mount] | None = None
    linux_parameters: LinuxParameters | None = None
    ulimits: Sequence[Ulimit] = ()
    repository_credentials: secretsmanager.ISecret | None = None
    enable_execute_command: bool | None = None
    instance_type: str | None = None
    """The instance type of all nodes, for multi-node jobs."""

    @property
    def needs_execution_role(self) -> bool:
        """Return whether ECS reads a secret to start it, which needs an execution role."""
        return bool(self.secrets) or self.repository_credentials is not None

    @property
    def volumes(self) -> Volumes:
        """The volumes of its mounts."""
        return Volumes(self.mounts)

    def check(self, problems: Problems) -> None:
        """Add a problem for each argument that AWS would refuse."""
        check_image(problems, self.image)
        for name in (*(self.environment or ()), *(self.secrets or ())):
            problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
        both = sorted(set(self.environment or ()) & set(self.secrets or ()))
        problems.check(
            not both, f"a name must be in environment or in secrets, not in both, got {', '.join(both)}"
        )
        for index, word in enumerate(self.command or ()):
            problems.check(word != "", f"command must not hold an empty string, got one at index {index}")
        problems.check(
            self.repository_credentials is None or isinstance(self.image, str),
            "repository_credentials are for an image that is given by its address: "
            "a container image of the CDK brings its own",
        )
        check_mounts(problems, self.mounts)
        problems.check(
            not (self.enable_execute_command and self.readonly_root_filesystem),
            "enable_execute_command needs a writable root file system, since its agent writes to it, got "
            "readonly_root_filesystem=True: leave one of the two out",
        )
        tmpfs = self.linux_parameters.tmpfs if self.linux_parameters is not None else ()
        both = sorted({each.container_path for each in tmpfs} & set(self.mounts or ()))
        problems.check(not both, f"a path must be in mounts or in tmpfs, not in both, got {', '.join(both)}")

    def render(
        self,
        *,
        image: ResolvedImage,
        platform: Platform,
        job_role_arn: str | None,
        execution_role_arn: str | None,
        log_configuration: batch.CfnJobDefinition.LogConfigurationProperty,
    ) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
        """Return the container for CloudFormation."""
        address, credentials = image
        volumes = self.volumes
        return struct(
            _L1.ContainerPropertiesProperty,
            image=address,
            repository_credentials=None
            if credentials is None
            else _L1.RepositoryCredentialsProperty(credentials_parameter=credentials),
            command=list(self.command) if self.command else None,
            environment=environment_properties(self.environment),
            secrets=secret_properties(self.secrets),
            resource_requirements=[
                _L1.ResourceRequirementProperty(type=kind, value=value)
                for kind, value in self.resources.items()
            ],
            job_role_arn=job_role_arn,
            execution_role_arn=execution_role_arn,
            log_configuration=log_configuration,
            user=self.user,
            readonly_root_filesystem=self.readonly_root_filesystem,
            privileged=self.privileged,
            linux_parameters=linux_parameters_property(self.linux_parameters),
            ulimits=ulimit_properties(self.ulimits),
            volumes=volumes.properties,
            mount_points=volumes.mount_points(self.mounts),
            enable_execute_command=self.enable_execute_command,
            instance_type=self.instance_type,
            network_configuration=platform.network_configuration,
            fargate_platform_configuration=platform.fargate_platform_configuration,
            runtime_platform=platform.runtime_platform,
            ephemeral_storage=platform.ephemeral_storage,
        )


def requirements(
    *, vcpus: Number | None, memory_mib: Number | None, gpus: Number | None = None
) -> dict[str, str]:
    """Return the resource requirements for CloudFormation, which takes amounts as strings."""
    amounts = {"VCPU": vcpus, "MEMORY": memory_mib, "GPU": gpus}
    return {kind: as_string(amount) for kind, amount in amounts.items() if amount is not None}


def check_ec2_amounts(
    problems: Problems, *, vcpus: Number, memory_mib: Number | None, gpus: Number | None
) -> None:
    """Add a problem for amounts that no container on EC2 can have."""
    problems.within("vcpus", vcpus, limits.EC2_VCPUS)
    problems.within("memory", memory_mib, limits.EC2_MEMORY_MIB)
    problems.within("gpus", gpus, limits.GPUS)


def environment_properties(
    environment: Mapping[str, str] | None,
) -> list[batch.CfnJobDefinition.EnvironmentProperty] | None:
    """Return ``Environment`` of any container on ECS."""
    return [
        _L1.EnvironmentProperty(name=name, value=value) for name, value in (environment or {}).items()
    ] or None


def secret_properties(
    secrets: Mapping[str, batch.Secret] | None,
) -> list[batch.CfnJobDefinition.SecretProperty] | None:
    """Return ``Secrets`` of any container on ECS."""
    return [
        _L1.SecretProperty(name=name, value_from=secret.arn) for name, secret in (secrets or {}).items()
    ] or None
