"""User data in launch templates of compute environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, misspelt, rule
from batch_constructs.assembly.template import PartialText, is_known, is_one_of
from batch_constructs.facts import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, LaunchTemplateData

CHAPTER = "Launch Template Support"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_BOOTSTRAP = vocabulary.UserdataType.EKS_BOOTSTRAP_SH
_BOUNDARY = re.compile(r'boundary=(?:"([^"\n]+)"|([^\s;"]+))', re.IGNORECASE)


@rule(
    "LT-06",
    severity=ERROR,
    remedy="wrap the script in a MIME multi-part document, such as the CDK's MultipartUserData",
    prevents="an INVALID environment: Batch cannot merge its own part into the user data",
)
def user_data_is_multipart(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data in a launch template for Batch must be a MIME multi-part document."""
    for _, template in environment.compute_resources.template_uses:
        if template is not None:
            yield from _no_multipart(template.data)


def _no_multipart(data: LaunchTemplateData) -> Iterator[Finding]:
    user_data = data.user_data
    start = user_data.prefix if isinstance(user_data, PartialText) else user_data
    if not is_known(start) or not start.strip():
        return
    if not _may_be_mime(start):
        first = start.strip().splitlines()[0][:60]
        message = f"user data must be a MIME multi-part document, got one that begins with {first!r}"
        yield Finding(data, message, at="UserData")
    elif is_known(user_data):
        boundary = _BOUNDARY.search(user_data)
        delimiter = f"--{boundary[1] or boundary[2]}" if boundary else ""
        if boundary is None:
            message = "user data must give the boundary of its parts, got none"
            yield Finding(data, message, at="UserData", severity=WARNING)
        elif not any(line.startswith(delimiter) for line in user_data.splitlines()):
            message = f"user data must have a part that begins with {delimiter!r}, got none"
            yield Finding(data, message, at="UserData", severity=WARNING)


def _may_be_mime(start: str) -> bool:
    """Return whether the known part of the headers can belong to a multi-part document."""
    headers = start.lstrip().split("\n\n", 1)[0].lower()
    return headers.startswith(("content-type:", "mime-version:")) and (
        "multipart/" in headers or "\n\n" not in start.lstrip()
    )


@rule(
    "LT-11",
    severity=ERROR,
    remedy="give UserdataType if the launch template has an ImageId: EKS_NODEADM for one built on EKS_AL2023",
    prevents="nodes that never join the cluster, and a deployment that fails",
)
def node_initialisation(environment: ComputeEnvironment) -> Iterator[Finding]:
    """A launch template with an image built on Amazon Linux 2023 must set EKS_NODEADM, by which its nodes join."""
    resources = environment.compute_resources
    configurations = resources.ec2_configuration
    for use, template in resources.template_uses:
        yield from misspelt(vocabulary.UserdataType, use, "UserdataType", use.userdata_type)
        if template is None:
            continue
        if is_known(use.userdata_type) and template.data.omits("ImageId"):
            message = (
                f"UserdataType needs an ImageId in the launch template, got {use.userdata_type} without one"
            )
            yield Finding(use, message, at="UserdataType")
        # If only ImageIdOverride names the image, its ImageType decides how nodes join.
        own = list(configurations) if template.data.gives("ImageId") else []
        kinds = [
            c.image_type for c in own if is_known(c.image_type) and c.image_type.startswith("EKS_AL2023")
        ]
        if kinds and is_one_of(environment.eks, True) and is_one_of(use.userdata_type, None, _BOOTSTRAP):
            got = use.userdata_type or f"none, which is {_BOOTSTRAP}"
            message = f"UserdataType must be EKS_NODEADM with your own image for {kinds[0]}, got {got}"
            yield Finding(use, message, at="UserdataType")
    if is_one_of(environment.eks, False):
        for use, _ in resources.template_uses:
            if is_known(use.userdata_type):
                message = "UserdataType has no effect outside Amazon EKS"
                yield Finding(use, message, at="UserdataType", severity=WARNING)


@rule(
    "LT-12",
    severity=WARNING,
    remedy="set AWS_BATCH_KUBELET_EXTRA_ARGS in /etc/aws-batch/batch.config instead: Batch runs bootstrap.sh itself",
    prevents="nodes that never join the cluster",
)
def no_own_bootstrap(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data for nodes of a cluster must not run bootstrap.sh."""
    if not is_one_of(environment.eks, True):
        return
    for _, template in environment.compute_resources.template_uses:
        user_data = None if template is None else template.data.user_data
        text = user_data.text if isinstance(user_data, PartialText) else user_data
        if template is not None and is_known(text) and _runs_bootstrap(text):
            yield Finding(template.data, "user data runs bootstrap.sh, as Batch does", at="UserData")


def _runs_bootstrap(text: str) -> bool:
    return any("bootstrap.sh" in line and not line.lstrip().startswith("#") for line in text.splitlines())
