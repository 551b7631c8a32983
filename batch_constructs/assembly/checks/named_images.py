"""Images and commands that are written in a form that AWS takes for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._images import explicit_images
from batch_constructs.assembly.template import ParameterValue, PartialText, Reference, is_known
from batch_constructs.facts import images

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeResources, Container

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_REPOSITORY = "AWS::ECR::Repository"


@rule(
    "TPL-08",
    severity=ERROR,
    remedy="write the address of the image: !Sub '${Repository.RepositoryUri}:tag'",
    prevents="CannotPullContainerError: the image is looked for on Docker Hub",
)
def image_by_address(container: Container) -> Iterator[Finding]:
    """An image in a repository of Amazon ECR must be named by its address, not by the repository's name or ARN."""
    image = container.image
    first = image.parts[0] if isinstance(image, PartialText) else image
    if isinstance(first, Reference) and first.target.type == _REPOSITORY and first.attribute in {"", "Arn"}:
        what = "ARN" if first.attribute else "name"
        repository = first.target.label
        message = f"Image must be the address of an image, got the {what} of the repository {repository}"
        yield Finding(container, message, at="Image")


@rule(
    "TPL-09",
    chapter="Compute Resource AMIs",
    severity=ERROR,
    remedy="write {{resolve:ssm:/path}}, or give the parameter the type AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    prevents="InvalidAMIID.Malformed: the image ID is not valid",
)
def image_id_is_no_path(resources: ComputeResources) -> Iterator[Finding]:
    """An image ID must be an ID such as ami-0123456789abcdef0, not a path of Parameter Store."""
    for view, at in explicit_images(resources):
        value = view.raw(at)
        path = value.default if isinstance(value, ParameterValue) else value
        if isinstance(path, str) and path.startswith("/"):
            severity = ERROR if is_known(value) else WARNING
            where = "" if is_known(value) else ", the default of its parameter"
            yield Finding(view, f"{at} must be an image ID, got {path!r}{where}", at=at, severity=severity)


@rule(
    "TPL-10",
    chapter="Compute Resource AMIs",
    severity=WARNING,
    remedy="read the path of Amazon Linux 2023, such as "
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    prevents="instances without security fixes, or an environment that AWS refuses",
)
def image_path_is_supported(resources: ComputeResources) -> Iterator[Finding]:
    """A path of Parameter Store should not name an image of Amazon Linux 1 or 2, whose support has ended."""
    for view, at in explicit_images(resources):
        value = view.raw(at)
        path = value.path if isinstance(value, ParameterValue) else ""
        name = next((name for prefix, name in images.OLD_PATHS.items() if path.startswith(prefix)), None)
        if name is not None:
            message = f"{path}, the default of parameter {value.name}, is an image of {name}, whose support has ended"
            yield Finding(view, message, at=at)


@rule(
    "TPL-11",
    severity=WARNING,
    remedy="write one word in each element, or [sh, -c, the whole line]",
    prevents="a container that cannot start: executable file not found in $PATH",
)
def command_in_words(container: Container) -> Iterator[Finding]:
    """A command should be a list of words: one element with blanks is looked for as a program of that name."""
    command = container.command
    if command.complete and len(command) == 1 and is_known(command[0]):
        words = command[0].split()
        if len(words) > 1 and " " in command[0].strip() and "\n" not in command[0]:
            message = f"Command is one word with blanks, {command[0][:60]!r}, unless the image's entry point is a shell"
            yield Finding(container, message, at="Command")
