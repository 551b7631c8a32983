"""All stacks of an assembly, and the questions that go across them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from batch_constructs.assembly.template.networks import Networks
from batch_constructs.assembly.template.permissions import Permissions
from batch_constructs.assembly.template.submissions import Submission, Submissions
from batch_constructs.assembly.template.views import View, inside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template.stacks import Stack

V = TypeVar("V", bound=View)


class BatchModel:
    """What an assembly deploys, as far as its templates say.

    Attributes:
        stacks: every stack, nested ones too.
        resources: every resource, in the order of the stacks and templates.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = tuple(stacks)
        self.resources = [resource for stack in self.stacks for resource in stack.resources.values()]

    def of(self, kind: type[V]) -> tuple[V, ...]:
        """All resources of a kind, or all structures of a kind wherever they occur.

        ``batch.of(JobQueue)`` gives the queues, ``batch.of(RetryStrategy)`` the retry strategies of job definitions
        and of whatever submits jobs. Structures that are left out do not come.
        """
        return self._views.get(kind, ())  # type: ignore[return-value]

    def with_submission(self, submission: Submission) -> BatchModel:
        """The same assembly with one submission more: what would be found if somebody sent that job?"""
        model = BatchModel(self.stacks)
        model._views[Submission] = (*model.of(Submission), submission)
        return model

    @cached_property
    def _views(self) -> dict[type[View], tuple[View, ...]]:
        """All views by each of their kinds, found in one go: the kinds are many, and most resources have no part."""
        found: dict[type[View], list[View]] = defaultdict(list)
        for resource in self.resources:
            for view in (resource, *inside(resource)) if resource.parts else (resource,):
                for kind in view.kinds:
                    found[kind].append(view)
        return {kind: tuple(views) for kind, views in found.items()}

    @cached_property
    def networks(self) -> Networks:
        """Where subnets lead to, and what security groups let through."""
        return Networks(self)

    @cached_property
    def permissions(self) -> Permissions:
        """What roles allow."""
        return Permissions(self)

    @cached_property
    def submissions(self) -> Submissions:
        """Which jobs come to which queue."""
        return Submissions(self)
