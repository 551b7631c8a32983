"""Values that only one service fills in: EventBridge's attributes, and paths of Step Functions."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from batch_constructs._border.problems import did_you_mean
from batch_constructs._border.tokens import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batch_constructs._border.problems import Problems

__all__ = ["check_attributes", "check_chain_attributes", "check_known_now", "has_event_attributes"]

_ATTRIBUTE = re.compile(r"<aws\.(scheduler|events)\.[^<>]*>")
# Source: EventBridge Scheduler User Guide, "Adding context attributes", 2026-12.
_SCHEDULER = frozenset(
    f"<aws.scheduler.{name}>" for name in ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
)
_SERVICES = {"scheduler": "EventBridge Scheduler", "events": "an EventBridge rule"}
_FROM_THE_CLOCK = (
    'give it to ScheduledJobChain(input={"time": "<aws.scheduler.scheduled-time>"}) and take it here by '
    'sfn.JsonPath.string_at("$.time")'
)
_FROM_A_RULE = "take it from the event, by event_parameters of an EventTriggeredJob"


def check_attributes(
    problems: Problems,
    members: Mapping[str, Any],
    *,
    carrier: str,
    service: str | None = None,
    paths: bool = False,
) -> None:
    """Add a problem for values that reach the job unchanged, since the service that submits it does not fill them in.

    Args:
        problems: Where to add it.
        members: The members of a request.
        carrier: The service that submits, for the message.
        service: The service whose attributes it fills in: ``scheduler``, ``events``, or ``None``.
        paths: Whether it fills in paths of ``sfn.JsonPath``.
    """
    for place, text in _strings(members):
        for found in _ATTRIBUTE.finditer(text):
            if found[1] != service:
                remedy = "put it into a ScheduledJob" if found[1] == "scheduler" else _FROM_A_RULE
                problems.add(
                    f"{found[0]} is filled in by {_SERVICES[found[1]]}, not by {carrier}, got it in {place}: {remedy}"
                )
            elif service == "scheduler" and found[0] not in _SCHEDULER:
                problems.add(
                    f"{found[0]} is not an attribute of EventBridge Scheduler, got it in {place}"
                    f"{did_you_mean(found[0], _SCHEDULER)}: take one of {', '.join(sorted(_SCHEDULER))}"
                )
        if not paths and _is_path(text):
            problems.add(
                f"sfn.JsonPath is filled in by a state machine, not by {carrier}, got it in {place}: give the request "
                "to a JobChainStateMachine"
            )


def check_chain_attributes(problems: Problems, name: str, members: Mapping[str, Any]) -> None:
    """Add a problem for attributes of EventBridge in a request that a chain submits.

    Args:
        problems: Where to add it.
        name: The name of the job in the chain.
        members: The members of its request.
    """
    for place, text in _strings(members):
        for found in _ATTRIBUTE.finditer(text):
            remedy = _FROM_THE_CLOCK if found[1] == "scheduler" else "give the chain's state machine an input"
            problems.add(
                f"{found[0]} is filled in by {_SERVICES[found[1]]}, not by a chain, got it in {place} of {name!r}: {remedy}"
            )


def check_known_now(problems: Problems, members: Mapping[str, Any]) -> None:
    """Add a problem for values that exist only after the deploy: a running program cannot have them.

    Args:
        problems: Where to add it.
        members: The members of a request.
    """
    for name, value in members.items():
        problems.check(
            known(value),
            f"{name} must be known when to_boto3 is called, got a value that exists only after the deploy: pass the "
            "name to the program by a CfnOutput or a variable, and build the request there",
        )


def has_event_attributes(members: Mapping[str, Any]) -> bool:
    """Return whether the request has an attribute that a rule fills in, such as ``<aws.events.rule-name>``.

    Args:
        members: The members of a request.
    """
    return any(found[1] == "events" for _, text in _strings(members) for found in _ATTRIBUTE.finditer(text))


def _strings(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield all strings in a value, including keys of mappings, each with its place."""
    match value:
        case str():
            yield place, value
        case dict():
            for name, each in value.items():
                yield f"a key of {place}", name
                yield from _strings(each, f"{place}[{name!r}]" if place else name)
        case list() | tuple():
            for index, each in enumerate(value):
                yield from _strings(each, f"{place}[{index}]")


def _is_path(text: str) -> bool:
    """Return whether a string is a path of ``sfn.JsonPath``."""
    sfn = sys.modules.get("aws_cdk.aws_stepfunctions")
    # A path exists only if Step Functions is loaded; nobody else loads it for this check.
    return sfn is not None and not known(text) and bool(sfn.JsonPath.is_encoded_json_path(text))
