"""Who hears of alarms and the budget of a platform, beside its alerts: nobody twice, and nobody not."""

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
    """Return the targets that alarms and budgets can tell, since these publish to topics only."""
    return [each for each in targets if isinstance(each, TopicSubscriber | Chat)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivers:
    """Who is to hear of the next alarm or budget.

    Attributes:
        emails: Those who do not hear of it by the topic.
        topic: Where to publish.
        targets: Those who do not hear of it by the topic.
        first: Who was to hear at first, before any of them subscribed to the topic.
    """

    emails: Sequence[str]
    topic: sns.ITopic | sns.Topic | None
    targets: Sequence[NoticeTarget]
    first: Receivers | None = field(default=None, repr=False)

    def subscribed(self, topic: sns.ITopic | sns.Topic) -> Receivers:
        """Return the same, where all but the chats have subscribed to a topic.

        Args:
            topic: The topic.
        """
        return Receivers(emails=(), topic=topic, targets=chats_in(self.targets), first=self.first or self)

    def let_chats_listen(self) -> None:
        """Let the chats listen to the topic that a budget will tell, if they can; alarms then tell them by it."""
        if self._shared and self.topic is not None:
            for each in chats_in(self.targets):
                each.listen(self.topic)

    def of_budget(self) -> Receivers:
        """Return who hears of a budget, which can tell one topic only.

        That is the topic of all the others, unless a chat cannot listen there: then all are told once more.
        """
        chats = chats_in(self.targets)
        shared = self.topic is not None and all(each.listens(self.topic) for each in chats)
        return self if shared or self.first is None else self.first

    @property
    def _shared(self) -> bool:
        return self.topic is not None and all(each.may_listen(self.topic) for each in chats_in(self.targets))
