"""A container of a job on ECS, in the form that all kinds of definition share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs._border.spelling import given, pairs
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.images import check_image
from batch_constructs.job_definitions.mounts import check_mounts
from batch_constructs.job_definitions.parameters import check_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.job_definitions.images import ResolvedImage
    from batch_constructs.job_definitions.linux_parameters import LinuxParameters, Ulimit
    from batch_constructs.job_definitions.mounts import Volumes
    from batch_constructs.job_definitions.volumes import Mount

__all__ = ["EC2", "Container", "Platform", "check_ec2_amounts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The properties that only one platform has: EC2, or Fargate."""

    capability: str
    needs_execution_role: bool
    members: Mapping[str, Any] = field(default_factory=dict)
    """The members that it adds to a container or a task."""


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
    resources: Sequence[Mapping[str, str]]
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

    def check(self, problems: Problems) -> None:
        """Add a problem for each argument that AWS would refuse."""
        check_image(problems, self.image)
        for name in (*(self.environment or ()), *(self.secrets or ())):
            problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
        both = sorted(set(self.environment or ()) & set(self.secrets or ()))
        problems.check(
            not both, f"a name must be in environment or in secrets, not in both, got {', '.join(both)}"
        )
        check_command(problems, self.command)
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

    def members(self, image: ResolvedImage, volumes: Volumes) -> dict[str, Any]:
        """Return the members that are the same for the only container of a job and for one of several."""
        address, credentials = image
        return given(
            image=address,
            repositoryCredentials=given(credentialsParameter=credentials),
            command=self.command,
            environment=pairs(self.environment),
            secrets=[{"name": name, "valueFrom": each.arn} for name, each in (self.secrets or {}).items()],
            resourceRequirements=self.resources,
            user=self.user,
            readonlyRootFilesystem=self.readonly_root_filesystem,
            privileged=self.privileged,
            linuxParameters=self.linux_parameters,
            ulimits=self.ulimits,
            mountPoints=volumes.mount_points(self.mounts),
        )


def check_ec2_amounts(
    problems: Problems, *, vcpus: Number, memory_mib: Number | None, gpus: Number | None
) -> None:
    """Add a problem for amounts that no container on EC2 can have."""
    problems.within("vcpus", vcpus, limits.EC2_VCPUS)
    problems.within("memory", memory_mib, limits.EC2_MEMORY_MIB)
    problems.within("gpus", gpus, limits.GPUS)
