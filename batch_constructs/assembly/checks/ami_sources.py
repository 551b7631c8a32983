"""Images that are named in the template, and updates to newer images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import explicit_images
from batch_constructs.assembly.template import ParameterValue, is_known, is_one_of
from batch_constructs.assembly.template.unknown import ending, identity
from batch_constructs.facts import allocation_strategies, images, instance_types
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources

CHAPTER = "Compute Resource AMIs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_RESOLVED = "{{resolve:ssm:"


@rule(
    "AMI-01",
    severity=ERROR,
    remedy="leave out ServiceRole and the image, and choose a strategy other than BEST_FIT",
    prevents="an update that is refused, or instances that stay on the old image",
)
def refresh_is_possible(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment that updates to new images must use the service-linked role, a newer strategy and no named image."""
    resources, at = environment.compute_resources, "UpdateToLatestImageVersion"
    if not resources.ec2 or not is_one_of(resources.update_to_latest_image_version, True):
        return
    # An environment that is replaced at updates gets a new image despite the other two settings.
    in_place = is_one_of(environment.replace_compute_environment, False)
    severity = ERROR if in_place else WARNING
    name = ending(environment.service_role_arn)
    if environment.service_role is not None or name not in {None, SERVICE_LINKED_ROLE_NAME}:
        message = f"{at} needs the service-linked role, got a ServiceRole"
        yield Finding(resources, message, at=at, severity=severity)
    strategy = resources.allocation_strategy
    if is_one_of(environment.eks, False) and is_one_of(strategy, allocation_strategies.DEFAULT, None):
        got = strategy or f"none, which is {allocation_strategies.DEFAULT}"
        message = f"{at} needs a strategy other than {allocation_strategies.DEFAULT}, got {got}"
        yield Finding(resources, message, at=at, severity=severity)
    # For an image in a launch template, AWS's pages disagree: one says it is read again, one that the member has no effect.
    if any(view.home is environment for view, _ in explicit_images(resources)):
        message = f"{at} has no effect next to an image that the template names"
        yield Finding(resources, message, at=at, severity=WARNING)


@rule(
    "AMI-02",
    severity=ERROR,
    remedy="choose the image for the processor architecture of the instance types",
    prevents="instances that never start",
)
def image_of_the_architecture(resources: ComputeResources) -> Iterator[Finding]:
    """An image must be built for the processor architecture of the instance types."""
    types = resources.instance_types
    found = instance_types.architectures_of([name for name in types if is_known(name)])
    if (
        len(found) != 1
        or not types.complete
        or not all(is_known(n) and instance_types.has_facts(n) for n in types)
    ):
        return
    [architecture] = found
    for view, at in explicit_images(resources):
        path, severity = _parameter(view, at)
        of_image = images.architecture_of_parameter(path)
        if of_image not in {None, architecture}:
            message = (
                f"the image {path} is for {of_image}, got {architecture} as the environment's instance types"
            )
            yield Finding(view, message, at=at, severity=severity)


def _parameter(view: View, at: str) -> tuple[str, Severity]:
    """Return the SSM parameter that names an image, if any; a warning if the deployment may choose another."""
    written = view.node.get(at) if isinstance(view.node, dict) else None
    if isinstance(written, str) and written.startswith(_RESOLVED):
        return written.removeprefix(_RESOLVED).removesuffix("}}"), ERROR
    value = view.raw(at)
    if isinstance(value, ParameterValue):
        return view.home.stack.parameter_default(value.name), WARNING
    return "", WARNING


@rule(
    "AMI-10",
    severity=WARNING,
    remedy="name the image in Ec2Configuration, as ImageIdOverride next to its ImageType",
)
def image_override_instead_of_image_id(resources: ComputeResources) -> Iterator[Finding]:
    """ImageId is deprecated and should not be given: name the image in Ec2Configuration."""
    if resources.ec2 and resources.gives("ImageId"):
        yield Finding(resources, "ImageId is deprecated in favour of Ec2Configuration", at="ImageId")


@rule(
    "AMI-11",
    severity=WARNING,
    remedy="name the image in one place",
    prevents="instances with a different image than you expect",
)
def one_source_of_images(resources: ComputeResources) -> Iterator[Finding]:
    """An image should be named in one place only: AWS's pages disagree on which one wins."""
    sources: dict[str, tuple[View, str]] = {}
    for view, at in explicit_images(resources):
        sources.setdefault(at if view.home is resources.home else "LaunchTemplate", (view, at))
    images_named = {identity(view.raw(at)) for view, at in explicit_images(resources)}
    if len(sources) > 1 and (len(images_named) > 1 or None in images_named):
        view, at = next(iter(sources.values()))
        yield Finding(view, f"an image must be named in one place, got {' and '.join(sources)}", at=at)
