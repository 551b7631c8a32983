"""Event patterns that no event matches."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, one_of, rule
from batch_constructs.assembly.template import PartialText, Reference, Unknown, is_known
from batch_constructs.assembly.template.resources import JobQueue
from batch_constructs.assembly.template.resources.buckets import Bucket, BucketNotifications
from batch_constructs.facts import events, operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import EventRule

CHAPTER = "AWS Batch Events"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_NEVER = "a rule that never fires, without any error"
_QUEUE = ":job-queue/"
_JOB_EVENTS = (events.JOB_STATE_CHANGE,)


@rule(
    "EVT-12",
    severity=ERROR,
    remedy="give the ARN of a queue that exists, as !Ref of a queue does, and of a job definition with its revision",
    prevents=_NEVER,
)
def queues_are_arns(listener: EventRule, batch: BatchModel) -> Iterator[Finding]:
    """An event pattern must name queues and job definitions by ARN, and a queue of the assembly by its right name."""
    if not listener.hears_batch:
        return
    for member in ("jobQueue", "jobDefinition"):
        at = f"EventPattern.detail.{member}"
        for value in _literals(listener, "detail", member):
            if not value.startswith("arn:"):
                message = f"{member} must be an ARN, as in the event, got {value!r}"
                yield Finding(listener, message, at=at)
    every = [queue.name for queue in batch.of(JobQueue)]
    names = [name for name in every if is_known(name)]
    if not every or len(names) < len(every):
        return
    for value in _values(listener, "detail", "jobQueue"):
        name = _queue_of_this_account(value)
        if name and name not in names:
            message = f"jobQueue must be a queue of the assembly, {one_of(sorted(names))}, got {name}"
            yield Finding(listener, message, at="EventPattern.detail.jobQueue", severity=WARNING)


def _queue_of_this_account(value: Any) -> str:
    """Return the queue's name in an ARN with the account and Region of the stack, else an empty string."""
    if isinstance(value, PartialText) and value.suffix.startswith(_QUEUE) and value.prefix.startswith("arn:"):
        return value.suffix.removeprefix(_QUEUE)
    return ""


@rule(
    "EVT-14",
    severity=ERROR,
    remedy="spell members as the event does: detail-type at the top, and in the detail jobQueue, status, statusReason",
    prevents=_NEVER,
)
def members_are_of_the_event(listener: EventRule) -> Iterator[Finding]:
    """An event pattern must have only members that the event has: a member that is missing there never matches."""
    pattern = listener.event_pattern
    if not isinstance(pattern, dict) or not _concerns_batch(listener):
        return
    yield from _strangers(listener, pattern, _TOP, "EventPattern")
    kinds = _literals(listener, "detail-type")
    detail = pattern.get("detail")
    if isinstance(detail, dict) and kinds and set(kinds) <= set(_JOB_EVENTS):
        yield from _strangers(listener, detail, operations.members("JobDetail"), "EventPattern.detail")


_TOP = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")


def _strangers(
    listener: EventRule, members: dict[str, Any], known: Iterable[str], at: str
) -> Iterator[Finding]:
    names = list(known)
    folded = {_folded(name): name for name in names}
    for member, value in members.items():
        if member in names or member == "$or" or _matches_absence(value):
            continue
        near = folded.get(_folded(member)) or next(iter(get_close_matches(member, names, n=1)), None)
        if near:
            message = f"the event has no member {member} (did you mean {near!r}?)"
            yield Finding(listener, message, at=f"{at}.{member}")
        else:
            message = f"the event has no member {member}: it has {', '.join(sorted(names))}"
            yield Finding(listener, message, at=f"{at}.{member}", severity=WARNING)


def _folded(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _matches_absence(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, dict) and v.get("exists") is False for v in value)


@rule(
    "EVT-16",
    severity=ERROR,
    remedy=f"copy the words of the event: source {events.SOURCE}, detail-type {events.JOB_STATE_CHANGE}",
    prevents=_NEVER,
)
def kinds_are_sent(listener: EventRule) -> Iterator[Finding]:
    """An event pattern must have a source and a detail-type that AWS Batch sends, letter for letter."""
    sources, kinds = _literals(listener, "source"), _literals(listener, "detail-type")
    if listener.hears_batch:
        for kind in kinds:
            if kind not in events.KINDS and set(sources) == {events.SOURCE}:
                yield _misnamed(listener, kind, events.KINDS, "detail-type")
    elif any(kind in events.OWN_KINDS for kind in kinds):
        for source in sources:
            yield _misnamed(listener, source, (events.SOURCE,), "source")


def _misnamed(listener: EventRule, got: str, known: tuple[str, ...], at: str) -> Finding:
    near = get_close_matches(got.lower(), [each.lower() for each in known], n=1, cutoff=0.75)
    hint = next((f" (did you mean {each!r}?)" for each in known if each.lower() in near), "")
    message = f"AWS Batch sends no {at} {got!r}{hint}"
    # A kind of event may be newer than the data.
    severity = ERROR if hint or at == "source" else WARNING
    return Finding(listener, message, at=f"EventPattern.{at}", severity=severity)


@rule(
    "EVT-18",
    chapter="AWS Batch Jobs as CloudWatch Events Targets",
    severity=WARNING,
    remedy="set NotificationConfiguration.EventBridgeConfiguration of the bucket (in CDK event_bridge_enabled=True)",
    prevents=_NEVER,
)
def buckets_send_events(listener: EventRule, batch: BatchModel) -> Iterator[Finding]:
    """A bucket from whose events jobs are submitted must send its events to EventBridge."""
    if "aws.s3" not in _literals(listener, "source") or not listener.submissions:
        return
    if any(kind == events.API_CALL for kind in _literals(listener, "detail-type")):
        return
    for value in _values(listener, "detail", "bucket", "name"):
        bucket = value.target if isinstance(value, Reference) else listener.stack.named(Bucket, value)
        if isinstance(bucket, Bucket) and not _may_send(bucket, batch):
            message = f"{bucket.label} must send its events to EventBridge, got no EventBridgeConfiguration"
            yield Finding(listener, message, at="EventPattern.detail.bucket.name")


def _may_send(bucket: Bucket, batch: BatchModel) -> bool:
    others = [each for each in batch.of(BucketNotifications) if each.bucket in {bucket, None}]
    return _sends(bucket.notifications) or any(_sends(each.notifications) for each in others)


def _sends(notifications: Any) -> bool:
    if not isinstance(notifications, dict):
        return notifications is not None
    found = notifications.get("EventBridgeConfiguration")
    enabled = found.get("EventBridgeEnabled", True) if isinstance(found, dict) else found
    return enabled is not None and (isinstance(enabled, Unknown) or str(enabled).lower() != "false")


def _values(listener: EventRule, *names: str) -> list[Any]:
    """Return the values that a member of the pattern may have, without filters such as a prefix."""
    found = listener.pattern(*names)
    return [value for value in found if not isinstance(value, dict)] if isinstance(found, list) else []


def _literals(listener: EventRule, *names: str) -> list[str]:
    return [value for value in _values(listener, *names) if isinstance(value, str)]


def _concerns_batch(listener: EventRule) -> bool:
    """Return whether the pattern is about events of AWS Batch only."""
    sources = listener.pattern("source")
    return isinstance(sources, list) and [str(s) for s in sources if isinstance(s, str)] == [events.SOURCE]
