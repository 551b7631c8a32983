"""One container of a pod: its image, its resources, its rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given, pairs
from batch_constructs._border.tokens import mebibytes
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.amounts import check_eks_amounts, eks_amounts
from batch_constructs.job_definitions.eks_volumes import check_eks_mounts
from batch_constructs.job_definitions.images import check_image, check_no_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs
    from jsii import Number

    from batch_constructs.facts.eks import ImagePullPolicy
    from batch_constructs.job_definitions.eks_volumes import EksMount, EksVolume, EksVolumes

__all__ = ["EksContainer", "EksSecurityContext", "container_members"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksSecurityContext:
    """The rights of a container inside Kubernetes.

    Attributes:
        run_as_user: The id of its user, 0 to 2147483647. By default that of the image.
        run_as_group: The id of its group, 0 to 2147483647. By default that of the image.
        run_as_non_root: Whether it must not start as root. By default it may.
        privileged: Whether it has root-like rights on the node. By default no.
        allow_privilege_escalation: Whether its processes may gain more rights than they started with. By default no.
        read_only_root_filesystem: Whether it can write to volumes only. By default no.

    Raises:
        ValueError: ids out of range, or rights that contradict each other.

    Guide: Job Definition Parameters (eksProperties).
    """

    run_as_user: Number | None = None
    run_as_group: Number | None = None
    run_as_non_root: bool | None = None
    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("run_as_user", self.run_as_user, limits.EKS_USER_ID)
        problems.within("run_as_group", self.run_as_group, limits.EKS_USER_ID)
        problems.check(
            not (self.run_as_non_root and self.run_as_user == 0),
            "run_as_user must not be 0 with run_as_non_root, got 0",
        )
        problems.check(
            not (self.privileged and self.allow_privilege_escalation is False),
            "allow_privilege_escalation must not be False with privileged, got both",
        )
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksContainer:
    """A container of a job on Amazon EKS.

    Attributes:
        image: An address such as ``"busybox:1.36"``, or a container image of the CDK (asset, ECR repository). The
            nodes pull it with their own role; for private registries the pod needs ``image_pull_secrets``.
        vcpus: The vCPUs that are reserved for it, at least 0.25 and in steps of it. It may use more while the node is
            idle.
        memory: Its memory in whole MiB, at least 4; if it uses more, it is killed.
        gpus: NVIDIA GPUs for the container alone, at least 1. By default none.
        vcpus_limit: The most vCPUs that it may use, at least ``vcpus``. By default as many as the node has free.
        name: Its name in logs and in overrides of a submission; required if there are several. By default ``Default``.
        command: The entry point, instead of the image's. ``$(NAME)`` is replaced by a variable, ``Ref::name`` by a
            parameter. By default that of the image.
        args: The arguments of the entry point. By default those of the image.
        environment: Variables. Names that begin with ``AWS_BATCH`` belong to AWS Batch. By default none.
        mounts: Volumes (`EksEmptyDir`, `EksHostPath`, `EksSecret`, `EksPersistentVolumeClaim`) by their path in the
            container, or an `EksMount` of one. The same object in several containers is one volume, by which they share
            files. By default none.
        image_pull_policy: When the node asks the registry for a newer image. By default for the tag ``latest`` only.
        security_context: User, group and rights. By default as the image and Kubernetes say.

    Raises:
        ValueError: arguments that AWS would refuse, all of them in one message.

    Guide: Job Definition Parameters (eksProperties).
    """

    image: str | ecs.ContainerImage
    vcpus: Number
    memory: Size
    gpus: Number | None = None
    vcpus_limit: Number | None = None
    name: str | None = None
    command: Sequence[str] | None = None
    args: Sequence[str] | None = None
    environment: Mapping[str, str] | None = None
    mounts: Mapping[str, EksVolume | EksMount] | None = None
    image_pull_policy: ImagePullPolicy | None = None
    security_context: EksSecurityContext | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        check_image(problems, self.image)
        check_no_credentials(problems, self.image)
        check_eks_amounts(
            problems,
            vcpus=self.vcpus,
            vcpus_limit=self.vcpus_limit,
            memory=("memory", mebibytes(self.memory)),
            gpus=self.gpus,
        )
        problems.matches("name", self.name, patterns.EKS_CONTAINER_NAME)
        for name in self.environment or ():
            problems.matches(f"the environment name {name!r}", name, patterns.ENVIRONMENT_VARIABLE)
        check_eks_mounts(problems, self.mounts)
        problems.raise_if_any()


def container_members(each: EksContainer, *, image: str, volumes: EksVolumes) -> dict[str, Any]:
    """Return the container as the API takes it.

    Args:
        each: The container.
        image: Its address.
        volumes: The volumes of its pod.
    """
    return given(
        name=each.name,
        image=image,
        imagePullPolicy=each.image_pull_policy,
        command=each.command,
        args=each.args,
        env=pairs(each.environment),
        resources=eks_amounts(
            vcpus=each.vcpus,
            vcpus_limit=each.vcpus_limit,
            memory_mib=mebibytes(each.memory),
            gpus=each.gpus,
        ),
        volumeMounts=volumes.mounts(each.mounts),
        securityContext=each.security_context,
    )
