"""Events of AWS Batch, and jobs that EventBridge rules submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, one_of, outside, rule
from batch_constructs.assembly.checks._arns import elsewhere, service_of
from batch_constructs.assembly.template import Reference, is_known
from batch_constructs.facts import events, limits
from batch_constructs.facts.vocabulary import JobStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown
    from batch_constructs.assembly.template.resources import EventRule
    from batch_constructs.assembly.template.resources.events import EventTarget
    from batch_constructs.assembly.template.resources.schedules import ScheduleTarget

CHAPTER = "AWS Batch Events"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_TARGETS = "AWS Batch Jobs as CloudWatch Events Targets"
_STATUS = "EventPattern.detail.status"


@rule(
    "EVT-01",
    severity=ERROR,
    remedy="listen for states that jobs have, in capitals",
    prevents="a rule that never fires",
)
def states_exist(listener: EventRule) -> Iterator[Finding]:
    """A rule must listen for states that jobs have."""
    every = [status.value for status in JobStatus]
    for state in _states(listener):
        if state not in every:
            near = f" (did you mean {state.upper()!r}?)" if state.upper() in every else ""
            yield Finding(listener, f"status must be {one_of(every)}, got {state!r}{near}", at=_STATUS)


@rule(
    "EVT-02",
    severity=WARNING,
    remedy="listen for RUNNABLE instead, or for the call of SubmitJob",
    prevents="a rule that never gets events of new jobs",
)
def submitted_never_comes(listener: EventRule) -> Iterator[Finding]:
    """A rule for SUBMITTED misses new jobs: no event is sent when a job is SUBMITTED for the first time."""
    if JobStatus.SUBMITTED in _states(listener):
        yield Finding(
            listener, "no event is sent when a job is first SUBMITTED, got it as status", at=_STATUS
        )


def _states(listener: EventRule) -> list[str]:
    """Return the states that a rule on job events lists literally; empty for other rules."""
    kinds, states = listener.pattern("detail-type"), listener.pattern("detail", "status")
    if not listener.hears_batch or not _only(kinds, events.JOB_STATE_CHANGE):
        return []
    return [state for state in states if isinstance(state, str)] if isinstance(states, list) else []


def _only(values: Any, wanted: str) -> bool:
    return (
        isinstance(values, list) and len(values) == 1 and isinstance(values[0], str) and values[0] == wanted
    )


@rule(
    "EVT-03",
    chapter=_TARGETS,
    severity=ERROR,
    remedy="give the job's name and definition, and a role that may submit it",
    prevents="a rule that matches but submits no job",
)
def job_targets_are_complete(target: EventTarget) -> Iterator[Finding]:
    """A job queue as a target of a rule must have the job's name, its definition, and a role."""
    parameters = target.batch_parameters
    for member in ("JobDefinition", "JobName"):
        if parameters.omits(member):
            yield Finding(parameters, f"{member} must be given", at=member)
    submits = parameters.present or service_of(target.raw("Arn")) == "batch"
    if submits and target.omits("RoleArn"):
        yield Finding(target, "RoleArn must be given, because EventBridge submits the job with this role")
    if target.job_queue is not None and target.omits("BatchParameters"):
        message = f"BatchParameters must be given, because the target is {target.job_queue.label}"
        yield Finding(target, message)


@rule(
    "EVT-04",
    chapter=_TARGETS,
    severity=ERROR,
    remedy="write Parameters and ContainerOverrides with capitals, unlike the API",
    prevents="overrides that EventBridge ignores",
)
def members_are_capitalised(target: EventTarget) -> Iterator[Finding]:
    """The input that a rule passes to a job must have members in capitals: Parameters, ContainerOverrides, Environment."""
    message = target.message if target.batch_parameters.present else None
    if not isinstance(message, dict):
        return
    at = "InputTransformer.InputTemplate" if target.input_transformer.present else "Input"
    expected = ["Parameters", "ContainerOverrides"]
    places = [(message, expected)]
    overrides = message.get("ContainerOverrides")
    if isinstance(overrides, dict):
        places.append((overrides, list(events.CONTAINER_OVERRIDES)))
    for members, names in places:
        for key in members:
            expected_name = key[:1].upper() + key[1:]
            if expected_name != key and expected_name in names:
                yield Finding(target, f"the input must spell it {expected_name}, got {key}", at=at)


@rule(
    "EVT-05",
    chapter="Tutorial: Listening for AWS Batch CloudWatch Events",
    severity=ERROR,
    remedy="keep events for 60 to 86,400 seconds, retry up to 185 times, and use a standard queue for the rest",
    prevents="ValidationException: the retry policy is out of range",
)
def delivery_is_in_range(target: EventTarget | ScheduleTarget) -> Iterator[Finding]:
    """EventBridge must retry for 1 minute to a day, up to 185 times, and send the rest to a standard queue."""
    if not target.concerns_batch:
        return
    policy = target.retry_policy
    age, tries = policy.maximum_event_age_in_seconds, policy.maximum_retry_attempts
    yield from outside(limits.EVENT_MAX_AGE_SECONDS, policy, "MaximumEventAgeInSeconds", age)
    yield from outside(limits.EVENT_RETRIES, policy, "MaximumRetryAttempts", tries)
    lost = target.dead_letter_config
    if name := _fifo_queue(lost.arn):
        yield Finding(lost, f"Arn must belong to a standard queue, got {name}, which is FIFO", at="Arn")
    if (service := service_of(lost.arn)) not in {"", "sqs"}:
        yield Finding(lost, f"Arn must belong to a queue of Amazon SQS, got one of {service}", at="Arn")
    if (both := elsewhere(lost, lost.arn)) is not None:
        yield Finding(lost, f"the queue must be in the Region {both.here}, got {both.there}", at="Arn")


def _fifo_queue(arn: str | Unknown | None) -> str:
    """Return the name of a queue that is certainly FIFO, else an empty string."""
    if isinstance(arn, Reference):
        fifo = arn.target.raw("FifoQueue")
        return arn.target.label if isinstance(fifo, str | bool) and str(fifo).lower() == "true" else ""
    return arn if is_known(arn) and arn.endswith(".fifo") else ""
