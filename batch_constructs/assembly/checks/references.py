"""References between the resources of a template: names of nothing, names used twice, and a missing order."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import Resource
from batch_constructs.assembly.template.intrinsics import has_variables
from batch_constructs.assembly.template.mentions import Mention, mentions, needed_by
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue
from batch_constructs.assembly.template.unknown import as_text, identity
from batch_constructs.facts import schemas

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from batch_constructs.assembly.template import BatchModel, Stack
    from batch_constructs.assembly.template.resources import QuotaShare

CHAPTER = "Troubleshooting AWS Batch"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_LINK = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"
_ORDER = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
_NAMES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html"
_SERVERLESS = "AWS::Serverless::"
# Types whose names are unique in an account and Region. Two job definitions with one name are revisions of it.
_UNIQUE = frozenset(
    {
        *(f"{schemas.PREFIX}{name}" for name in ("ComputeEnvironment", "ConsumableResource", "JobQueue")),
        *(f"{schemas.PREFIX}{name}" for name in ("SchedulingPolicy", "ServiceEnvironment")),
        "AWS::EC2::LaunchTemplate",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
    }
)


@rule(
    "TPL-05",
    severity=ERROR,
    link=_LINK,
    remedy="refer to a resource, a parameter or a condition of the same template",
    prevents="Template format error: Unresolved resource dependencies in the Resources block of the template",
)
def references_to_something(batch: BatchModel) -> Iterator[Finding]:
    """A resource must refer only to resources, parameters and conditions that the template has."""
    for stack in batch.stacks:
        found = list(_dangling(stack)) if _is_whole(stack) else []
        if found and not has_variables(stack.root):
            yield from found


def _is_whole(stack: Stack) -> bool:
    """Return whether a stack has resources of AWS Batch, and nothing adds resources to it before the deployment."""
    kinds = {resource.type for resource in stack.resources.values()}
    return not any(kind.endswith("::MODULE") for kind in kinds) and any(
        kind.startswith(schemas.PREFIX) for kind in kinds
    )


def _dangling(stack: Stack) -> Iterator[Finding]:
    looked_at = (each for each in stack.resources.values() if type(each) is not Resource)
    every = ((resource, each) for resource in looked_at for each in set(mentions(resource)))
    for resource, mention in every:
        if mention.function in {"Condition", "Fn::If"}:
            if mention.name not in stack.condition_section:
                yield Finding(resource, f"there is no condition {mention.name}", at=mention.path)
        elif not _exists(stack, mention):
            yield Finding(resource, _about(stack, mention), at=mention.path)


def _exists(stack: Stack, mention: Mention) -> bool:
    name = mention.name
    if name.startswith("AWS::") or (name in stack.parameters and mention.function in {"Ref", "Fn::Sub"}):
        return True
    entry = stack.entries.get(name)
    if not isinstance(entry, dict):
        return _is_generated(stack, name)
    condition = entry.get("Condition")
    if not isinstance(condition, str) or mention.function == "DependsOn":
        # CloudFormation passes over DependsOn for a resource whose condition does not hold.
        return True
    if condition not in stack.conditions:
        stack.open.conditions.add(condition)
    return stack.conditions.get(condition) is not False


def _is_generated(stack: Stack, name: str) -> bool:
    """Return whether AWS SAM may create a resource of this name."""
    serverless = [each for each, found in stack.resources.items() if found.type.startswith(_SERVERLESS)]
    return bool(serverless) and (name.startswith("Serverless") or any(map(name.startswith, serverless)))


def _about(stack: Stack, mention: Mention) -> str:
    if mention.name in stack.entries:
        return f"{mention.function} refers to {mention.name}, which does not exist then"
    near = get_close_matches(mention.name[:64], [*stack.resources, *stack.parameters], n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{mention.function} refers to {mention.name}, which the template does not have{hint}"


@rule(
    "TPL-06",
    severity=ERROR,
    link=_NAMES,
    remedy="give each its own name, or none: CloudFormation then creates one",
    prevents="a creation that fails: the name is taken",
)
def names_are_unique(batch: BatchModel) -> Iterator[Finding]:
    """Two resources of one type must not have the same name."""
    for stack in batch.stacks:
        named: dict[tuple[str, Hashable], list[Resource]] = defaultdict(list)
        for resource in stack.resources.values():
            if resource.type in _UNIQUE and (key := identity(resource.raw(resource.NAME))) is not None:
                named[resource.type, key].append(resource)
        for first, *others in named.values():
            for other in others:
                if (not other.conditional and not first.conditional) or first.condition == other.condition:
                    name = as_text(other.raw(other.NAME))
                    yield Finding(
                        other, f"{other.NAME} {name} is also the name of {first.label}", at=other.NAME
                    )
                elif first.condition or other.condition:
                    stack.open.conditions |= {first.condition, other.condition} - {""}


@rule(
    "TPL-07",
    severity=WARNING,
    link=_ORDER,
    remedy="refer to it with !Ref, or name it under DependsOn",
    prevents="a creation that fails now and then: the one that is named does not exist yet",
)
def named_resources_come_first(resource: ComputeEnvironment | JobQueue | QuotaShare) -> Iterator[Finding]:
    """A resource that is named by its name should be referred to, so that CloudFormation creates it first."""
    named = [(at, each) for at, each in _named(resource) if each is not None and each.stack is resource.stack]
    before = needed_by(resource) if named else set()
    for at, each in named:
        if each not in before:
            message = (
                f"{at.rpartition('.')[2]} is the name of {each.label}, which CloudFormation may create later"
            )
            yield Finding(resource, message, at=at)


def _named(resource: ComputeEnvironment | JobQueue | QuotaShare) -> Iterator[tuple[str, Resource | None]]:
    """Yield the resources that must exist before, each with the member that names it."""
    if isinstance(resource, ComputeEnvironment):
        for use, template in resource.compute_resources.template_uses:
            yield use.property_path("LaunchTemplateName"), template
    elif isinstance(resource, JobQueue):
        for entry in resource.compute_environment_order:
            yield entry.property_path("ComputeEnvironment"), entry.environment
    else:
        yield "JobQueue", resource.job_queue
