"""Pods of jobs on Amazon EKS: volumes, names, metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, misspelt, rule
from batch_constructs.assembly.template import is_known, literals
from batch_constructs.assembly.template.resources.pods import PodMetadata
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.eks import DnsPolicy, EmptyDirMedium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import NodeProperties, PodProperties
    from batch_constructs.assembly.template.resources.pods import EmptyDir, ImagePullSecret, PodVolume

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_SOURCES = ("EmptyDir", "HostPath", "PersistentVolumeClaim", "Secret")


# AWS Batch accepts such a name and Kubernetes refuses it later, so this is only a warning.
@rule(
    "EKS-02",
    severity=WARNING,
    remedy="use lower-case letters, digits, hyphens and periods, with a letter or digit at both ends",
    prevents="jobs that fail because Kubernetes refuses their pod",
)
def volume_name(volume: PodVolume) -> Iterator[Finding]:
    """Names of volumes and secrets of a pod must be DNS subdomains."""
    yield from malformed(patterns.DNS_SUBDOMAIN, volume, "Name", volume.name)
    yield from malformed(patterns.DNS_SUBDOMAIN, volume.secret, "SecretName", volume.secret.secret_name)


@rule("EKS-03", severity=ERROR, remedy="name the secret in lower-case letters, digits, hyphens and periods")
def image_pull_secret(secret: ImagePullSecret) -> Iterator[Finding]:
    """An image pull secret must have a name, and the name must be a DNS subdomain."""
    yield from malformed(patterns.DNS_SUBDOMAIN, secret, "Name", secret.name)
    if secret.omits("Name"):
        yield Finding(secret, "an image pull secret needs a Name, got none")


@rule("EKS-10", severity=ERROR, remedy="choose Default, ClusterFirst or ClusterFirstWithHostNet")
def dns_policy(pod: PodProperties) -> Iterator[Finding]:
    """DnsPolicy must be Default, ClusterFirst or ClusterFirstWithHostNet."""
    yield from misspelt(DnsPolicy, pod, "DnsPolicy", pod.dns_policy)


@rule(
    "EKS-11",
    severity=ERROR,
    remedy="name a volume of the pod in each mount, give each volume one source, and sizes in Mi",
    prevents="ClientException, or pods that Kubernetes refuses: the volume is not found",
)
def mounts_name_volumes(pod: PodProperties) -> Iterator[Finding]:
    """Each mount must name a volume of the pod, and each volume must have one source, with sizes in whole MiB."""
    names = literals(volume.name for volume in pod.volumes)
    for volume in pod.volumes:
        if len(sources := volume.gives(*_SOURCES)) > 1:
            yield Finding(volume, f"a volume must have one source, got {' and '.join(sources)}")
        yield from _empty_dir(volume.empty_dir)
    if not pod.volumes.complete or len(names) < len(pod.volumes):
        return
    for container in (*pod.containers, *pod.init_containers):
        for mount in container.volume_mounts:
            if is_known(mount.name) and mount.name not in names:
                message = f"a mount must name a volume of the pod, got {mount.name!r}"
                yield Finding(mount, message, at="Name")


def _empty_dir(directory: EmptyDir) -> Iterator[Finding]:
    """Add a problem if a directory of the pod has an unknown medium, or a size that is not in whole MiB."""
    yield from misspelt(EmptyDirMedium, directory, "Medium", directory.medium)
    size = directory.size_limit
    yield from malformed(patterns.EKS_EMPTY_DIR_SIZE, directory, "SizeLimit", size)
    if is_known(size) and patterns.EKS_EMPTY_DIR_SIZE.matches(size):
        mebibytes = int(size.removesuffix("Mi")[:18])
        if problem := limits.EKS_EMPTY_DIR_MIB.problem("SizeLimit", mebibytes):
            yield Finding(directory, problem, at="SizeLimit")


@rule(
    "EKS-14",
    severity=ERROR,
    remedy="choose one namespace for all nodes, neither default nor beginning with kube, and labels and annotations "
    "whose prefix is your own",
)
def metadata(where: PodMetadata | NodeProperties) -> Iterator[Finding]:
    """Namespace, labels and annotations of a pod must have a valid form, and all nodes must have the same namespace."""
    yield from _form(where) if isinstance(where, PodMetadata) else _one_namespace(where)


def _form(metadata: PodMetadata) -> Iterator[Finding]:
    yield from malformed(patterns.EKS_JOB_NAMESPACE, metadata, "Namespace", metadata.namespace)
    labels = metadata.labels
    for key, value in labels.items() if is_known(labels) else ():
        yield from malformed(patterns.EKS_LABEL_KEY, metadata, "Labels", key)
        yield from malformed(patterns.EKS_LABEL_VALUE, metadata, "Labels", value)
    annotations = metadata.annotations
    for key, value in annotations.items() if is_known(annotations) else ():
        yield from malformed(patterns.EKS_ANNOTATION_KEY, metadata, "Annotations", key)
        if is_known(value) and not limits.EKS_ANNOTATION_VALUE_LENGTH.contains(len(value)):
            words = limits.EKS_ANNOTATION_VALUE_LENGTH.words
            message = f"the value of an annotation must have {words}, got {len(value)} for {key!r}"
            yield Finding(metadata, message, at="Annotations")


def _one_namespace(nodes: NodeProperties) -> Iterator[Finding]:
    """Add a problem if the node ranges of a multi-node parallel job have different namespaces."""
    pods = [r.eks_properties.pod_properties for r in nodes.node_range_properties if r.eks_properties.present]
    namespaces = literals(pod.metadata.namespace for pod in pods)
    if len(set(namespaces)) > 1:
        message = f"all node ranges must have one namespace, got {' and '.join(sorted(set(namespaces)))}"
        yield Finding(nodes, message, at="NodeRangeProperties")
    elif namespaces and any(pod.metadata.namespace is None for pod in pods):
        message = f"all node ranges must have one namespace, got {namespaces[0]} in some and none in others"
        yield Finding(nodes, message, at="NodeRangeProperties", severity=WARNING)
