"""Compute environments on Amazon EKS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, rule
from batch_constructs.assembly.checks._arns import elsewhere
from batch_constructs.assembly.template import is_known, is_none_of, is_one_of
from batch_constructs.facts import patterns
from batch_constructs.facts.eks import DISPUTED_KUBERNETES_VERSIONS, KUBERNETES_VERSIONS
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment
    from batch_constructs.assembly.template.resources.compute_environments import EksConfiguration

CHAPTER = "AWS Batch on Amazon EKS"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
_CLUSTER_ARN = re.compile(r"arn:[^:]+:eks:[^:]*:[^:]*:cluster/.+")


@rule(
    "EKS-13",
    severity=ERROR,
    remedy="give the full ARN of the cluster and a separate namespace, such as batch-jobs",
    prevents="ClientException: kubernetesNamespace must not be default or begin with kube-",
)
def cluster_and_namespace(configuration: EksConfiguration) -> Iterator[Finding]:
    """An environment on EKS must give its cluster by ARN, and a namespace that is neither default nor one of Kubernetes."""
    yield from malformed(
        patterns.EKS_NAMESPACE, configuration, "KubernetesNamespace", configuration.kubernetes_namespace
    )
    for name in ("EksClusterArn", "KubernetesNamespace"):
        if configuration.omits(name):
            yield Finding(configuration, f"an environment on EKS needs {name}, got none")
    arn, at = configuration.cluster_arn, "EksClusterArn"
    if is_known(arn) and not _CLUSTER_ARN.fullmatch(arn):
        yield Finding(configuration, f"{at} must be the full ARN of a cluster, got {arn!r}", at=at)
    if (region := elsewhere(configuration, arn)) is not None:
        message = f"the cluster must be in the stack's Region {region.here}, got {region.there}"
        yield Finding(configuration, message, at=at)


@rule(
    "EKS-15",
    severity=WARNING,
    remedy="choose a version of Kubernetes that Batch supports, or leave ImageKubernetesVersion out",
    prevents="ClientException: At least one imageKubernetesVersion in EC2Configuration is not supported",
)
def kubernetes_version(environment: ComputeEnvironment) -> Iterator[Finding]:
    """The version of Kubernetes must be one that AWS Batch supports."""
    if environment.eks_configuration.absent:
        return
    oldest, newest = KUBERNETES_VERSIONS[0], KUBERNETES_VERSIONS[-1]
    for configuration in environment.compute_resources.ec2_configuration:
        version = configuration.image_kubernetes_version
        if is_known(version) and _too_old(version):
            message = f"ImageKubernetesVersion must be at least {oldest}, got {version}"
            yield Finding(configuration, message, at="ImageKubernetesVersion")
        if is_one_of(version, *DISPUTED_KUBERNETES_VERSIONS):
            message = (
                f"ImageKubernetesVersion may be refused, got {version}: AWS's pages disagree, their lists of supported "
                f"versions end with {newest}, and others use {DISPUTED_KUBERNETES_VERSIONS[-1]}"
            )
            yield Finding(configuration, message, at="ImageKubernetesVersion")
    cluster = environment.eks_configuration.cluster
    if cluster is not None and is_known(cluster.version) and _too_old(cluster.version):
        message = f"the cluster {cluster.label} must have at least Kubernetes {oldest}, got {cluster.version}"
        yield Finding(environment.eks_configuration, message, at="EksClusterArn")


def _too_old(version: str) -> bool:
    """Return whether a version is older than those that Batch is known to support; newer ones may be supported by now."""
    found, oldest = _VERSION.fullmatch(version), _VERSION.fullmatch(KUBERNETES_VERSIONS[0])
    if found is None or oldest is None:
        return found is None
    return tuple(map(int, found.groups())) < tuple(map(int, oldest.groups()))


@rule(
    "EKS-16",
    severity=ERROR,
    remedy="leave out ServiceRole: Batch then uses its service-linked role",
    prevents="ClientException: a service role cannot be given for a compute environment on EKS",
)
def no_service_role(environment: ComputeEnvironment) -> Iterator[Finding]:
    """A managed environment on EKS must not have a service role of your own."""
    # For unmanaged environments AWS's pages disagree: see CE-02.
    if not environment.eks_configuration.present or not is_one_of(environment.type_, "MANAGED"):
        return
    arn, role = environment.service_role_arn, environment.service_role
    if role is not None:
        message = f"a managed environment on EKS cannot have a ServiceRole, got {role.label}"
        yield Finding(environment, message, at="ServiceRole")
    elif is_known(arn) and SERVICE_LINKED_ROLE_NAME not in arn:
        message = f"a managed environment on EKS cannot have a ServiceRole, got {arn}"
        yield Finding(environment, message, at="ServiceRole")


@rule("EKS-17", severity=ERROR, remedy="choose EC2 or SPOT as the type")
def ec2_or_spot(environment: ComputeEnvironment) -> Iterator[Finding]:
    """A managed environment on EKS must run on EC2 or Spot instances."""
    resources = environment.compute_resources
    if (
        environment.eks_configuration.present
        and is_known(resources.type)
        and is_none_of(resources.type, "EC2", "SPOT")
    ):
        yield Finding(resources, f"Type must be EC2 or SPOT on EKS, got {resources.type}", at="Type")


@rule("EKS-18", severity=ERROR, remedy="leave out DesiredvCpus")
def no_desired_vcpus(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment on EKS must not have DesiredvCpus."""
    desired = environment.compute_resources.desired_vcpus
    if environment.eks_configuration.present and is_known(desired):
        message = f"an environment on EKS cannot have DesiredvCpus, got {desired}"
        yield Finding(environment.compute_resources, message, at="DesiredvCpus")


@rule(
    "EKS-21",
    severity=ERROR,
    remedy="write MinvCpus 0 to keep no idle instances",
    prevents="ClientException: Resource minvCpus is required",
)
def names_its_minimum(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment on EKS must give MinvCpus."""
    resources, at = environment.compute_resources, "MinvCpus"
    if environment.eks_configuration.present and resources.ec2 and resources.omits(at):
        yield Finding(resources, f"an environment on EKS needs {at}, got none", at=at)
