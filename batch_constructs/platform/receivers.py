"""The receivers of a platform's alarms and budget: each receiver of its alerts gets them once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch_constructs.monitoring.receivers import Chat, TopicSubscriber, chats_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns

    from batch_constructs.monitoring.receivers import AlertTarget, NoticeTarget

__all__ = ["Receivers", "of_notices"]


def of_notices(targets: Sequence[AlertTarget]) -> list[NoticeTarget]:
    """Return the targets that alarms and budgets can notify; these publish to topics only."""
    return [each for each in targets if isinstance(each, TopicSubscriber | Chat)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """The receivers of the next alarm or budget.

    Attributes:
        emails: Addresses that do not subscribe to the topic.
        topic: Where to publish.
        targets: Targets that do not subscribe to the topic.
        first: The receivers before any of them subscribed to the topic.
    """

    emails: Sequence[str]
    topic: sns.ITopic | sns.Topic | None
    targets: Sequence[NoticeTarget]
    first: Receivers | None = field(default=None, repr=False)

    def subscribed(self, topic: sns.ITopic | sns.Topic) -> Receivers:
        """Return the receivers after all except the chats have subscribed to a topic.

        Args:
            topic: The topic.
        """
        return Receivers(emails=(), topic=topic, targets=chats_in(self.targets), first=self.first or self)

    def let_chats_listen(self) -> None:
        """Let the chats listen to the topic of the budget if they can; alarms then reach them by it as well."""
        if self._shared and self.topic is not None:
            for each in chats_in(self.targets):
                each.listen(self.topic)

    def of_budget(self) -> Receivers:
        """Return the receivers of a budget, which can publish to one topic only.

        It is the topic of the alerts, unless a chat cannot listen there: then the budget gets a topic for all receivers.
        """
        chats = chats_in(self.targets)
        shared = self.topic is not None and all(each.listens(self.topic) for each in chats)
        return self if shared or self.first is None else self.first

    @property
    def _shared(self) -> bool:
        return self.topic is not None and all(each.may_listen(self.topic) for each in chats_in(self.targets))
