"""Indexes all job submissions of an assembly by definition."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batch_constructs.assembly.template.resources.submissions import Submission

if TYPE_CHECKING:
    from batch_constructs.assembly.template.resources.job_definitions import JobDefinition
    from batch_constructs.assembly.template.views import Views

__all__ = ["Submission", "Submissions"]


class Submissions:
    """The submissions of an assembly, by definition.

    Attributes:
        all: every submission, in the order of the templates.
    """

    def __init__(self, model: Views) -> None:
        self.all = model.of(Submission)
        self._of: dict[JobDefinition | None, list[Submission]] = defaultdict(list)
        for submission in self.all:
            self._of[submission.definition].append(submission)

    def of(self, definition: JobDefinition) -> tuple[Submission, ...]:
        """Return the submissions that certainly use a definition."""
        return tuple(self._of.get(definition, ()))
