"""Labels and annotations of pods, in definitions and in submissions that override them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batch_constructs._border.problems import Problems

__all__ = ["check_metadata"]


def check_metadata(
    problems: Problems, labels: Mapping[str, str] | None, annotations: Mapping[str, str] | None
) -> None:
    """Add a problem for keys and values that AWS Batch refuses, such as prefixes of Kubernetes or AWS."""
    for key, value in (labels or {}).items():
        problems.matches(f"the label key {key!r}", key, patterns.EKS_LABEL_KEY)
        problems.matches(f"the value of the label {key!r}", value, patterns.EKS_LABEL_VALUE)
    for key, value in (annotations or {}).items():
        problems.matches(f"the annotation key {key!r}", key, patterns.EKS_ANNOTATION_KEY)
        if known(value):
            problems.within(
                f"the length of the annotation {key!r}", len(value), limits.EKS_ANNOTATION_VALUE_LENGTH
            )
