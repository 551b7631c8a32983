"""The pod of a job: its containers and its metadata."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from constructs import Construct

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns
from batch_constructs.job_definitions.eks_containers import container_members
from batch_constructs.job_definitions.eks_metadata import check_metadata
from batch_constructs.job_definitions.eks_volumes import EksVolumes
from batch_constructs.job_definitions.images import resolve_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs

    from batch_constructs.facts.eks import DnsPolicy
    from batch_constructs.job_definitions.eks_containers import EksContainer

__all__ = ["EksPod", "add_metadata", "eks_properties", "resolve_images"]

_UNNAMED = "Default"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksPod:
    """The pod on one node of a job on Amazon EKS: containers that start together, and settings for Kubernetes.

    Attributes:
        containers: 1 to 10 containers.
        init_containers: Up to 10 containers, which run one after the other before them. By default none.
        service_account_name: The service account of the pod, with its rights in Kubernetes and, by its role, on AWS. By
            default ``default``, without a role.
        image_pull_secrets: The names of Kubernetes' secrets with the credentials of private registries. By default
            none.
        namespace: A namespace other than the environment's; AWS Batch needs the same rights there. By default that of
            the environment.
        labels: Labels of the pod, as Kubernetes takes them; AWS Batch refuses keys such as
            ``app.kubernetes.io/name``, whose prefix has ``kubernetes.io``, ``k8s.io`` or ``batch.amazonaws.com``. By
            default those of AWS Batch only.
        annotations: Annotations of the pod, with keys in the form of labels. By default those of AWS Batch only.
        host_network: Whether the pod uses the network of its node, and needs no address. By default AWS Batch says yes.
        dns_policy: The resolver of names. By default the cluster's, whatever the network.
        share_process_namespace: Whether containers see each other's processes. By default they do not.

    Raises:
        ValueError: arguments that AWS would refuse, all of them in one message.

    Guide: Job Definition Parameters (eksProperties).
    """

    containers: Sequence[EksContainer]
    init_containers: Sequence[EksContainer] = ()
    service_account_name: str | None = None
    image_pull_secrets: Sequence[str] = ()
    namespace: str | None = None
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    host_network: bool | None = None
    dns_policy: DnsPolicy | None = None
    share_process_namespace: bool | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("the number of containers", len(self.containers), limits.EKS_CONTAINERS)
        problems.within(
            "the number of init_containers", len(self.init_containers), limits.EKS_INIT_CONTAINERS
        )
        names = Counter(each.name or _UNNAMED for each in self.all_containers if known(each.name))
        twice = [name for name, count in names.items() if count > 1]
        problems.check(
            not twice,
            f"each container of a pod must have its own name, got {', '.join(map(repr, twice))} twice",
        )
        problems.matches("service_account_name", self.service_account_name, patterns.DNS_SUBDOMAIN)
        for secret in self.image_pull_secrets:
            problems.matches("each of image_pull_secrets", secret, patterns.DNS_SUBDOMAIN)
        problems.matches("namespace", self.namespace, patterns.EKS_JOB_NAMESPACE)
        check_metadata(problems, self.labels, self.annotations)
        problems.raise_if_any()

    @property
    def all_containers(self) -> list[EksContainer]:
        """The init containers and the containers, in the order in which they start."""
        return [*self.init_containers, *self.containers]


def eks_properties(pod: EksPod, images: Mapping[str | ecs.ContainerImage, str]) -> dict[str, Any]:
    """Return the ``eksProperties`` of a pod, without members that the CDK's struct lacks: see `add_metadata`.

    Args:
        pod: The pod.
        images: The addresses of its images, from `resolve_images`.
    """
    volumes = EksVolumes(each.mounts for each in pod.all_containers)

    def rendered(containers: Sequence[EksContainer]) -> list[dict[str, Any]]:
        return [container_members(each, image=images[each.image], volumes=volumes) for each in containers]

    properties = given(
        containers=rendered(pod.containers),
        initContainers=rendered(pod.init_containers),
        volumes=volumes.members,
        serviceAccountName=pod.service_account_name,
        imagePullSecrets=[{"name": each} for each in pod.image_pull_secrets],
        metadata=given(labels=pod.labels),
        hostNetwork=pod.host_network,
        dnsPolicy=pod.dns_policy,
        shareProcessNamespace=pod.share_process_namespace,
    )
    return {"podProperties": properties}


def add_metadata(cfn: batch.CfnJobDefinition, path: str, pod: EksPod) -> None:
    """Write members of the pod's ``Metadata`` that CloudFormation takes and the CDK's struct lacks.

    Args:
        cfn: The definition.
        path: The path of its ``EksProperties``.
        pod: The pod with the metadata.
    """
    found = {"Namespace": pod.namespace, "Annotations": dict(pod.annotations) if pod.annotations else None}
    for member, value in found.items():
        if value is not None:
            cfn.add_property_override(f"{path}.PodProperties.Metadata.{member}", value)


def resolve_images(scope: Construct, pods: Iterable[EksPod]) -> dict[str | ecs.ContainerImage, str]:
    """Return the addresses of all images of a definition, by the given image.

    Args:
        scope: The definition; assets of images are built in it.
        pods: All of its pods.
    """
    resolved: dict[str | ecs.ContainerImage, str] = {}
    for image in (each.image for pod in pods for each in pod.all_containers):
        if image in resolved:
            continue
        # The names of an image's assets are unique only inside one scope.
        own = scope if isinstance(image, str) or not resolved else Construct(scope, f"Image{len(resolved)}")
        resolved[image], _ = resolve_image(own, image, None)
    return resolved
