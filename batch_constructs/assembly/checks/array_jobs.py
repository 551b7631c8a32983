"""Array jobs and the number of their children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Severity, outside, rule
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.checks import Finding
    from batch_constructs.assembly.template.resources import Submission

CHAPTER = "Array Jobs"


@rule(
    "ARR-01",
    severity=Severity.ERROR,
    remedy="submit 2 to 10,000 children, or a single job without an array",
    prevents="ClientException: the array size must be between 2 and 10,000",
)
def array_size(submission: Submission) -> Iterator[Finding]:
    """An array job must have 2 to 10,000 children."""
    array = submission.array_properties
    yield from outside(limits.ARRAY_SIZE, array, "Size", array.size)
