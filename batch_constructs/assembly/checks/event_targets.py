"""Targets of EventBridge rules: their input, and the parameters that their kind needs."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.checks._arns import service_of
from batch_constructs.assembly.template import PartialText, Reference, is_known, literals
from batch_constructs.assembly.template.resources import EventTarget
from batch_constructs.facts import event_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import EventRule, Subscription
    from batch_constructs.assembly.template.resources.events import InputTransformer

CHAPTER = "AWS Batch Jobs as CloudWatch Events Targets"

ERROR = Severity.ERROR
_INPUTS = ("Input", "InputPath", "InputTransformer")
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
_KEY_OF_AWS = "alias/aws/sqs"
_QUOTED_KEY = re.compile(r"\[\s*['\"]")


@rule(
    "EVT-11",
    severity=ERROR,
    remedy="give one of Input (JSON), InputPath ($.detail.jobId) and InputTransformer with all of its placeholders",
    prevents="ValidationException: JSON syntax error in input, or: InputTemplate contains invalid placeholder",
)
def input_is_valid(target: EventTarget) -> Iterator[Finding]:
    """A target must have one kind of input: JSON, a JSON path, or a template whose placeholders all have a path."""
    given = target.gives(*_INPUTS)
    if len(given) > 1:
        yield Finding(target, f"a target can have one of {', '.join(_INPUTS)}, got {' and '.join(given)}")
    text = target.input
    if is_known(text) and not _is_json(text):
        yield Finding(target, f"Input must be JSON, got {text[:60]!r}", at="Input")
    yield from _no_path(target, target.input_path, "InputPath")
    yield from _transformer(target.input_transformer)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _no_path(view: EventTarget | InputTransformer, path: Any, at: str) -> Iterator[Finding]:
    """Add a problem if a known string is no path of EventBridge, which has dots and no quoted keys."""
    if isinstance(path, str) and (not path.startswith("$") or _QUOTED_KEY.search(path)):
        yield Finding(view, f"a path must look like $.detail.jobId, got {path!r}", at=at)


def _transformer(transformer: InputTransformer) -> Iterator[Finding]:
    paths, at = transformer.input_paths_map, "InputPathsMap"
    if isinstance(paths, dict):
        limit = event_rules.INPUT_PATHS
        if len(paths) > (limit.maximum or 0):
            yield Finding(transformer, f"{at} must have {limit.words}, got {len(paths)}", at=at)
        for name, path in paths.items():
            yield from _no_path(transformer, path, f"{at}.{name}")
            if name.startswith(event_rules.OWN_PLACEHOLDERS):
                message = f"a placeholder must not begin with {event_rules.OWN_PLACEHOLDERS}, got {name!r}"
                yield Finding(transformer, message, at=at)
    value, at = transformer.input_template, "InputTemplate"
    template = value.text if isinstance(value, PartialText) else value
    if not isinstance(template, str):
        return
    if event_rules.WHOLE_EVENT in template and not template.lstrip().startswith("{"):
        message = f"{event_rules.WHOLE_EVENT} needs a template that is a JSON object, got {template[:60]!r}"
        yield Finding(transformer, message, at=at)
    for name in dict.fromkeys(_PLACEHOLDER.findall(template)):
        known = paths is None or (isinstance(paths, dict) and name not in paths)
        if known and not name.startswith(event_rules.OWN_PLACEHOLDERS):
            yield Finding(transformer, f"InputPathsMap must have a path for <{name}>, got none", at=at)


@rule(
    "EVT-13",
    severity=ERROR,
    remedy="give BatchParameters to job queues only, and each target an Id of its own",
    prevents="ValidationException: Parameter(s) BatchParameters must be specified for target, or: not supported",
)
def targets_fit_their_kind(listener: EventRule) -> Iterator[Finding]:
    """A job queue as a target must have BatchParameters, no other target can; each target must have its own Id."""
    for target in listener.targets:
        service = service_of(target.raw("Arn"))
        # EVT-03 reports a queue of the assembly.
        if service == "batch" and target.omits("BatchParameters") and target.job_queue is None:
            yield Finding(target, "a target that is a job queue needs BatchParameters, got none")
        if service not in {"", "batch"} and target.gives("BatchParameters"):
            message = f"BatchParameters are for job queues, got a target of {service}"
            yield Finding(target, message, at="BatchParameters")
    for name, count in Counter(literals(target.id for target in listener.targets)).items():
        if count > 1:
            yield Finding(listener, f"each target needs its own Id, got {name!r} {count} times", at="Targets")


@rule(
    "EVT-23",
    severity=ERROR,
    remedy="encrypt the queue with SqsManagedSseEnabled, or with a key of your own that the service may use",
    prevents="messages that never arrive; only the metric FailedInvocations shows it",
)
def queue_takes_messages(sender: EventTarget | Subscription) -> Iterator[Finding]:
    """A queue that EventBridge or Amazon SNS sends to cannot be encrypted with the key that AWS manages for SQS."""
    places: list[tuple[str, Any]] = [("Endpoint", sender.raw("Endpoint"))]
    if isinstance(sender, EventTarget):
        places = [("Arn", sender.arn), ("DeadLetterConfig.Arn", sender.dead_letter_config.arn)]
    for at, arn in places:
        queue = arn.target if isinstance(arn, Reference) else None
        key = queue.raw("KmsMasterKeyId") if queue is not None and queue.type == "AWS::SQS::Queue" else None
        if queue is not None and isinstance(key, str) and key.endswith(_KEY_OF_AWS):
            service = "EventBridge" if isinstance(sender, EventTarget) else "Amazon SNS"
            yield Finding(sender, f"{service} cannot use the key of {queue.label}, got {key}", at=at)
