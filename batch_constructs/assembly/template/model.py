"""All stacks of an assembly, and queries across them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from batch_constructs.assembly.template.networks import Networks
from batch_constructs.assembly.template.submissions import Submission, Submissions
from batch_constructs.assembly.template.views import View, structures_inside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template.stacks import Stack

V = TypeVar("V", bound=View)


class BatchModel:
    """The resources that an assembly deploys, as far as its templates say.

    Attributes:
        stacks: every stack, nested ones too.
        resources: every resource, in the order of the stacks and templates.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = tuple(stacks)
        self.resources = [resource for stack in self.stacks for resource in stack.resources.values()]

    def of(self, kind: type[V]) -> tuple[V, ...]:
        """Return all resources of a kind, or all structures of a kind wherever they occur.

        ``batch.of(JobQueue)`` returns the queues, ``batch.of(RetryStrategy)`` the retry strategies of job definitions
        and of everything that submits jobs. Omitted structures are not included.
        """
        return self._views.get(kind, ())  # type: ignore[return-value]

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """What may create resources that no template shows, one sentence each."""
        return tuple(f"{stack.name}: {sentence}" for stack in self.stacks for sentence in stack.unread)

    @cached_property
    def repeated(self) -> tuple[str, ...]:
        """The resources, parameters and the like that a later one with the same name hides, one sentence each."""
        return tuple(
            f"{stack.name}: {sentence}" for stack in self.stacks for sentence in stack.document.repeated
        )

    def with_submission(self, submission: Submission) -> BatchModel:
        """Return the same assembly with one more submission, to check a job before it is submitted."""
        model = BatchModel(self.stacks)
        model._views[Submission] = (*model.of(Submission), submission)
        return model

    @cached_property
    def _views(self) -> dict[type[View], tuple[View, ...]]:
        """All views by each of their kinds, collected in one pass, because most resources have no parts."""
        found: dict[type[View], list[View]] = defaultdict(list)
        for resource in self.resources:
            for view in (resource, *structures_inside(resource)) if resource.parts else (resource,):
                for kind in view.kinds:
                    found[kind].append(view)
        return {kind: tuple(views) for kind, views in found.items()}

    @cached_property
    def networks(self) -> Networks:
        """The routes of subnets, and the traffic that security groups allow."""
        return Networks(self)

    @cached_property
    def submissions(self) -> Submissions:
        """The jobs that are submitted to each queue."""
        return Submissions(self)
