"""Images that somebody names, and how an environment comes to a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import explicit_images
from batch_constructs.assembly.template import ParameterValue, is_one_of, known
from batch_constructs.assembly.template.unknown import ending
from batch_constructs.facts import allocation_strategies, images, instance_types
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Compute Resource AMIs"
_RESOLVED = "{{resolve:ssm:"


@rule(
    "AMI-01",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="leave out ServiceRole and the image, and choose a strategy other than BEST_FIT",
    prevents="an update that is refused, or instances that stay on the old image",
)
def refresh_is_possible(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment that should get new images must use the service-linked role, a newer strategy and no image of its own."""
    resources, at = environment.compute_resources, "UpdateToLatestImageVersion"
    if not resources.ec2 or not is_one_of(resources.update_to_latest_image_version, True):
        return
    # An environment that is replaced at updates gets a new image in spite of the other two.
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
    # Of an image in a launch template AWS says both: that it is read again, and that the member has no effect.
    if any(view.home is environment for view, _ in explicit_images(resources)):
        message = f"{at} has no effect beside an image that the template names"
        yield Finding(resources, message, at=at, severity=WARNING)


@rule(
    "AMI-02",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="take the image for the processor architecture of the instance types",
    prevents="instances that never start",
)
def image_of_the_architecture(resources: ComputeResources) -> Iterator[Finding]:
    """An image must be built for the processors of the instance types."""
    types = resources.instance_types
    found = instance_types.architectures_of([name for name in types if known(name)])
    if (
        len(found) != 1
        or not types.complete
        or not all(known(n) and instance_types.has_facts(n) for n in types)
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
    """The SSM parameter that names an image, if it is one; a warning if the deploying person may name another."""
    written = view.node.get(at) if isinstance(view.node, dict) else None
    if isinstance(written, str) and written.startswith(_RESOLVED):
        return written.removeprefix(_RESOLVED).removesuffix("}}"), ERROR
    value = view.raw(at)
    if isinstance(value, ParameterValue):
        return view.home.stack.parameter_default(value.name), WARNING
    return "", WARNING


@rule(
    "AMI-10",
    chapter=_CHAPTER,
    severity=WARNING,
    remedy="name the image under Ec2Configuration, as ImageIdOverride beside its ImageType",
)
def image_override_instead_of_image_id(resources: ComputeResources) -> Iterator[Finding]:
    """ImageId is deprecated and should not be given: Ec2Configuration names the image."""
    if resources.ec2 and resources.gives("ImageId"):
        yield Finding(resources, "ImageId is deprecated in favour of Ec2Configuration", at="ImageId")


@rule(
    "AMI-11",
    chapter=_CHAPTER,
    severity=WARNING,
    remedy="name the image at one place",
    prevents="instances with another image than the one that you look at",
)
def one_source_of_images(resources: ComputeResources) -> Iterator[Finding]:
    """An image should be named at one place only: AWS's sources disagree on which one wins."""
    sources: dict[str, tuple[View, str]] = {}
    for view, at in explicit_images(resources):
        sources.setdefault(at if view.home is resources.home else "LaunchTemplate", (view, at))
    if len(sources) > 1:
        view, at = next(iter(sources.values()))
        yield Finding(view, f"an image must be named at one place, got {' and '.join(sources)}", at=at)
