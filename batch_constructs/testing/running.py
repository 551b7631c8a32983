"""An assertion that jobs of a definition would run in a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aws_cdk import Stage

from batch_constructs.assembly.checks import Severity, check
from batch_constructs.assembly.fit.hosts import names_in
from batch_constructs.assembly.template import Reference, Resource, Unknown, read
from batch_constructs.assembly.template.resources import JobDefinition, JobQueue, Submission
from batch_constructs.facts.instance_types import is_known
from batch_constructs.testing.findings import line
from batch_constructs.testing.synthesis import synthesized

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from constructs import IConstruct

    from batch_constructs.assembly.template import BatchModel

__all__ = ["assert_can_run"]

R = TypeVar("R", bound=Resource)

# The rule about misspelt instance types, which is only a warning.
_MISSPELT = "CE-18"
# Its warnings say that a host of this size lacks the memory, although AWS documents it for one type only.
_MEMORY = "MEM-02"
# The paths of the resource itself below a construct of ours or of the CDK's L2.
_BELOW = ("", "/Resource", "/Default")


def assert_can_run(
    job_definition: IJobDefinitionRef,
    job_queue: IJobQueueRef,
    *,
    share_identifier: str | None = None,
    ignore: Collection[str] = (),
    warnings: bool = False,
) -> None:
    """Assert that a job of a definition would start and run in a queue.

    It checks the model as if the job were submitted: whether it fits the environments' instances and limits, their platform
    and architecture, its image, roles, network and share, and whether the resources that it needs are valid. It also fails if
    all instance types are unknown and one is misspelt (CE-18), since then nothing can be checked, and if the job probably
    gets too little memory on each type (MEM-02).

    Args:
        job_definition: The definition: ours, the CDK's L2 or an L1, of the same app as the queue.
        job_queue: The queue, likewise.
        share_identifier: The job's share, if the queue has a fair-share policy. By default any of its shares.
        ignore: Rules (``"FIT-04"``) or families (``"FIT"``) to leave out. By default none.
        warnings: Whether warnings fail, too; by default only errors do.

    Raises:
        AssertionError: the job would not run; one line for each reason, with the construct's path and the remedy.
        ValueError: one of the two is imported, so that it is in no template; or they are swapped; or ``ignore``
            has a name that is neither a rule nor a family.
    """
    stage = Stage.of(job_queue)
    if stage is None:
        raise ValueError("job_queue must be in an app or a stage")
    model = read(synthesized(stage))
    definition = _find(model, JobDefinition, job_definition, JobQueue)
    queue = _find(model, JobQueue, job_queue, JobDefinition)
    request: dict[str, Any] = {
        "JobName": "assert-can-run",
        "JobDefinition": Reference(definition),
        "JobQueue": Reference(queue),
    }
    if share_identifier is not None or queue.gives("SchedulingPolicyArn"):
        request["ShareIdentifier"] = share_identifier or Unknown("some share")
    blind = _blind(queue)
    concerned = set(_needs(definition, queue))
    before = {_identity(finding) for finding in check(model, ignore=ignore)}
    reasons = [
        finding
        for finding in check(model.with_submission(Submission(queue, (), request)), ignore=ignore)
        if (
            warnings
            or finding.severity is Severity.ERROR
            or finding.rule_id == _MEMORY
            or (finding.rule_id == _MISSPELT and blind)
        )
        and (finding.resource in concerned or _identity(finding) not in before)
    ]
    if reasons:
        title = f"{definition.label} would not run in {queue.label}:"
        raise AssertionError("\n".join([title, *map(line, reasons)]))


def _find(model: BatchModel, kind: type[R], construct: IConstruct, other: type[Resource]) -> R:
    path = construct.node.path
    paths = {path + below for below in _BELOW}
    for resource in model.of(kind):
        if resource.construct_path in paths:
            return resource
    if any(resource.construct_path in paths for resource in model.of(other)):
        raise ValueError(
            f"{path} must be a {kind.__name__}, got a {other.__name__}: assert_can_run takes the job definition "
            "first, then the job queue"
        )
    raise ValueError(f"{path} must be created in this app: imported resources appear in no template")


def _blind(queue: JobQueue) -> bool:
    """Return whether all instance types behind a queue are unknown, so that no rule can tell what fits."""
    environments = queue.environments
    names = [names_in(environment) for environment in environments]
    return bool(names) and not any(each is None or any(map(is_known, each)) for each in names)


def _needs(*resources: Resource) -> Iterator[Resource]:
    """Yield resources, and everything that they refer to."""
    seen: set[Resource] = set()
    waiting = list(resources)
    while waiting:
        resource = waiting.pop()
        if resource not in seen:
            seen.add(resource)
            yield resource
            names = set(_names(resource.node))
            waiting += [other for name, other in resource.stack.resources.items() if name in names]


def _names(node: Any) -> Iterator[str]:
    """Yield the logical ids that a node of a template refers to."""
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case dict():
            for value in node.values():
                yield from _names(value)
        case list():
            for value in node:
                yield from _names(value)


def _identity(finding: Any) -> tuple[str, str, str, str]:
    return finding.rule_id, finding.logical_id, finding.property_path, finding.message
