"""ARNs in a template: the kind of resource that they name, and its Region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import PartialText, Reference

if TYPE_CHECKING:
    from batch_constructs.assembly.template import Unknown, View

_UNKNOWN = r"\$\{[^}]*\}"
# The Region, if it is no expression, and the kind of the resource.
_ARN = re.compile(
    rf"arn:(?:[a-z-]+|{_UNKNOWN}):[a-z0-9-]+:(?:([a-z0-9-]+)|{_UNKNOWN}):(?:[0-9]*|{_UNKNOWN}):([a-z-]+)/"
)
_SERVICE = re.compile(rf"arn:(?:[a-z-]+|{_UNKNOWN}):([a-z0-9-]+):")
# The usual targets of rules; a nested stack or a custom resource may return the ARN of anything.
_SERVICES = {
    "AWS::Batch::JobQueue": "batch",
    "AWS::Lambda::Function": "lambda",
    "AWS::Logs::LogGroup": "logs",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
    "AWS::StepFunctions::StateMachine": "states",
}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The Region of a stack, and the other one of an ARN."""

    here: str
    there: str


def region_of(arn: str | Unknown | None) -> str | None:
    """Return the Region that is written in an ARN, of which other parts may be unknown."""
    return found[1] if (found := _parts(arn)) else None


def elsewhere(view: View, arn: str | Unknown | None) -> Elsewhere | None:
    """Return both Regions if an ARN is certainly of another Region than the stack; only a cloud assembly knows that."""
    here, there = view.home.stack.environment.get("AWS::Region"), region_of(arn)
    if not isinstance(here, str) or there is None or here == there:
        return None
    return Elsewhere(here, there)


def of_another_kind(arn: str | Unknown | None, kind: str) -> str:
    """Return the kind that an ARN names, such as ``job-queue``, if it is certainly another one; else an empty string."""
    found = _parts(arn)
    return "" if not found or found[2] == kind else found[2]


def service_of(arn: Any) -> str:
    """Return the service in a resolved ARN, such as ``batch``, or that of the resource it refers to; empty if unknown."""
    if isinstance(arn, Reference):
        return _SERVICES.get(arn.target.type, "")
    text = arn.text if isinstance(arn, PartialText) else arn
    found = _SERVICE.match(text) if isinstance(text, str) else None
    return found[1] if found else ""


def _parts(arn: str | Unknown | None) -> re.Match[str] | None:
    text = arn.text if isinstance(arn, PartialText) else arn
    return _ARN.match(text) if isinstance(text, str) else None
