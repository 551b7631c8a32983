"""Launch templates of compute environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import PartialText, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, LaunchTemplateSpecification

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Launch Template Support"


@rule(
    "LT-02",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give LaunchTemplateId or LaunchTemplateName; aws-cdk-lib leaves out both for a template imported by name",
    prevents="ClientException: either launchTemplateId or launchTemplateName must be given",
)
def id_or_name(specification: LaunchTemplateSpecification) -> Iterator[Finding]:
    """A launch template is named either by id or by name."""
    if specification.lacks("LaunchTemplateId") and specification.lacks("LaunchTemplateName"):
        yield Finding(
            specification, "LaunchTemplate needs LaunchTemplateId or LaunchTemplateName, got neither"
        )
    if len(specification.gives("LaunchTemplateId", "LaunchTemplateName")) == 2:
        yield Finding(specification, "LaunchTemplate takes LaunchTemplateId or LaunchTemplateName, got both")


@rule(
    "LT-06",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="wrap the script in a MIME multi-part document, as the CDK's MultipartUserData does",
    prevents="an INVALID environment: Batch cannot merge its own part into the user data",
)
def user_data_is_multipart(environment: ComputeEnvironment) -> Iterator[Finding]:
    """User data in a launch template for Batch is a MIME multi-part document."""
    specification = environment.compute_resources.launch_template
    template = specification.launch_template
    user_data = template.data.user_data if template is not None else None
    start = user_data.prefix if isinstance(user_data, PartialText) else user_data
    if template is None or not known(start) or not start.strip() or _may_be_mime(start):
        return
    first = start.strip().splitlines()[0][:60]
    message = f"user data must be a MIME multi-part document, got one that begins with {first!r}"
    yield Finding(template.data, message, at="UserData")


def _may_be_mime(start: str) -> bool:
    """Whether the headers, as far as they are known, can be those of a multi-part document."""
    headers = start.lstrip().split("\n\n", 1)[0].lower()
    return headers.startswith(("content-type:", "mime-version:")) and (
        "multipart/" in headers or "\n\n" not in start.lstrip()
    )
