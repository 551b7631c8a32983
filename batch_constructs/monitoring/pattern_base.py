"""The base of all event patterns, and the parts that they are made of."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from batch_constructs.facts import events as facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_events as events
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef

    from batch_constructs._border.problems import Problems

_TOKEN = re.compile(r"[$#]\{Token\[[^\]]*\]\}")


class EventPattern:
    """The base of all patterns."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the pattern as EventBridge writes it, for ``CfnRule``, ``EventTriggeredJob``, or your own tests."""
        raise NotImplementedError

    def to_event_pattern(self) -> events.EventPattern:
        """Return the pattern for ``events.Rule(event_pattern=…)`` of the CDK."""
        from aws_cdk import aws_events  # noqa: PLC0415 - a pattern alone needs no CDK

        pattern = self.to_dict()
        return aws_events.EventPattern(
            source=pattern["source"], detail_type=pattern["detail-type"], detail=pattern.get("detail")
        )

    def raise_if_any(self, problems: Problems) -> None:
        """Raise the problems of the filters and of the pattern's length.

        Args:
            problems: The problems so far.

        Raises:
            ValueError: something is wrong.
        """
        # Tokens count as empty, so that no pattern is refused that might fit.
        length = len(_TOKEN.sub("", json.dumps(self.to_dict())))
        problems.check(
            length <= facts.PATTERN_LENGTH,
            f"an event pattern must have at most {facts.PATTERN_LENGTH} characters, got {length}: use several",
        )
        problems.raise_if_any()


class Filter(dict[str, object]):
    """The filter for the ``detail`` of an event, built field by field."""

    def one_of(self, field: str, values: Sequence[object]) -> None:
        """Accept only these values in a field; without values, do not filter."""
        if values:
            self[field] = list(values)

    def of(self, *detail_types: str) -> dict[str, Any]:
        """Return the whole pattern, for events of AWS Batch."""
        pattern: dict[str, Any] = {"source": [facts.SOURCE], "detail-type": list(detail_types)}
        return {**pattern, "detail": dict(self)} if self else pattern


def arns(job_queues: Sequence[IJobQueueRef | str]) -> tuple[str, ...]:
    """Return the ARNs of queues."""
    return tuple(each if isinstance(each, str) else each.job_queue_ref.job_queue_arn for each in job_queues)


def names(job_definitions: Sequence[IJobDefinitionRef | str]) -> tuple[str, ...]:
    """Return the ARNs of definitions, without revisions."""
    if not job_definitions:
        return ()
    from batch_constructs.job_definitions.base import name_and_revisions  # noqa: PLC0415 - few filter by definition

    return tuple(name_and_revisions(_arn(each))[0] for each in job_definitions)


def _arn(job_definition: IJobDefinitionRef | str) -> str:
    if isinstance(job_definition, str):
        return job_definition
    from batch_constructs.job_definitions.base import arn_of  # noqa: PLC0415 - few filter by definition

    return arn_of(job_definition)


def starting_with(prefixes: Sequence[str]) -> list[dict[str, str]]:
    """Return the filter for values that begin with one of the prefixes."""
    return [{"prefix": prefix} for prefix in prefixes]


def but_not(wildcards: Sequence[str]) -> list[object]:
    """Return the filter for values that match none of the wildcards; a missing field does not pass."""
    # One filter for all wildcards: several filters mean "or", so that each would let through what another excludes.
    return [{"anything-but": {"wildcard": [each.replace("\\", "\\\\") for each in wildcards]}}]


def check_reasons(problems: Problems, reasons: Sequence[str], ignore_reasons: Sequence[str]) -> None:
    """Add a problem if the reason of a blocked queue is filtered in both ways."""
    problems.check(
        not (reasons and ignore_reasons),
        "reasons and ignore_reasons exclude each other: a field has one filter",
    )


def blocked(
    detail_type: str, job_queues: Sequence[str], reasons: Sequence[str], ignore_reasons: Sequence[str]
) -> dict[str, Any]:
    """Return the pattern of the events about blocked queues.

    Args:
        detail_type: The event about jobs, or the one about service jobs.
        job_queues: ARNs of queues; empty for all.
        reasons: Prefixes of the reason; empty for any.
        ignore_reasons: Prefixes that the reason must not have.
    """
    detail = Filter()
    detail.one_of("jobQueue", job_queues)
    detail.one_of("statusReason", starting_with(reasons))
    if ignore_reasons:
        detail["statusReason"] = but_not([f"{reason}*" for reason in ignore_reasons])
    return detail.of(detail_type)
