"""Alerts in Slack and Microsoft Teams, by Amazon Q Developer in chat applications, which was AWS Chatbot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aws_cdk import Names, Stack
from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.monitoring.receivers import Chat, message_to
from batch_constructs.monitoring.topics import BUDGETS, encrypted_topic, let_publish, let_use_key_of

if TYPE_CHECKING:
    from batch_constructs.monitoring.receivers import Render

__all__ = ["ChatChannel", "SlackChannel", "TeamsChannel"]

_SLACK_WORKSPACE = re.compile(r"T[0-9A-Z]{1,255}")
_SLACK_CHANNEL = re.compile(r"[CG][0-9A-Z]{1,255}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CONFIGURATION_NAME_LENGTH = 128


class ChatChannel(CheckedConstruct, Chat):
    """A channel with a topic of its own, since messages to chats have another format than emails.

    It takes alarms and budgets, too; Amazon Q formats their messages itself.

    Create one and give it to all alerts: AWS allows a channel once per account. Everybody in the channel reads the
    alerts. Nobody can change anything from there: the channel's role has no rights, and its guardrail limits its
    members' roles to reading.
    """

    cfn: chatbot.CfnSlackChannelConfiguration | chatbot.CfnMicrosoftTeamsChannelConfiguration
    """The channel's configuration."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Create the topic, its key and the role.

        Args:
            scope: Where the channel belongs.
            id: Its name in that scope.
        """
        super().__init__(scope, id)
        self.topic, self.key = encrypted_topic(self, "Alerts of AWS Batch for a chat")
        self._topic_arn = self.topic.topic_arn
        let_publish(self.topic, self._topic_arn)
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=cdk.guarded_principal(
                "chatbot.amazonaws.com", {"StringEquals": {"aws:SourceAccount": cdk.account()}}
            ),
        )
        self._listened: list[sns.ITopic | sns.Topic] = []
        self._notices: sns.Topic | None = None
        # The default of AWS would be AdministratorAccess.
        self._guardrails = [f"arn:{cdk.partition()}:iam::aws:policy/ReadOnlyAccess"]

    @property
    def _configuration_name(self) -> str:
        return Names.unique_resource_name(self, max_length=_CONFIGURATION_NAME_LENGTH)

    def attach(self, scope: Construct, id: str) -> Render:
        """Return how to render the channel as the target of a rule.

        Args:
            scope: The alerts.
            id: The target's name there.
        """
        del scope
        return lambda message, dead_letter_arn: message_to(
            id, self._topic_arn, dict(message.paths), message.card(), dead_letter_arn
        )

    def open_to(self, service: str) -> str:
        """Let a service publish to the topic of the chat, and return the topic's ARN.

        Args:
            service: The service that publishes, such as ``cloudwatch.amazonaws.com``.
        """
        let_use_key_of(self.topic, service)
        let_publish(self.topic, self._topic_arn, service)
        return self._topic_arn

    def notices(self) -> sns.Topic:
        """Return the chat's topic for messages that AWS writes itself, which others may subscribe to; it is created once."""
        if self._notices is None:
            notices = Construct(self, "Notices")
            self._notices, _ = encrypted_topic(notices, "Notices for a chat and others", BUDGETS)
            self._listen(self._notices)
        return self._notices

    def may_listen(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat can listen to a topic without its stack depending on the topic's.

        The topic's stack often depends on the chat's already, since its alerts refer to the chat.

        Args:
            topic: A topic that is not the chat's own. An imported one belongs to no stack.
        """
        return not isinstance(topic, sns.Topic) or Stack.of(topic) is Stack.of(self)

    def listen(self, topic: sns.ITopic | sns.Topic) -> None:
        """Show what services publish to another topic; messages in other formats are ignored.

        Args:
            topic: The topic.

        Raises:
            ValueError: the topic is made in another stack.
        """
        if not self.may_listen(topic):
            raise ValueError(
                f"{self.node.path} cannot listen to {topic.node.path}, which is in another stack: "
                "make both in one stack"
            )
        self._listen(topic)

    def _listen(self, topic: sns.ITopic | sns.Topic) -> None:
        if not self.listens(topic):
            self._listened.append(topic)
            self.cfn.sns_topic_arns = [self._topic_arn, *(each.topic_arn for each in self._listened)]

    def listens(self, topic: sns.ITopic | sns.Topic) -> bool:
        """Return whether the chat listens to another topic.

        Args:
            topic: The topic.
        """
        return topic in self._listened


@checked
class SlackChannel(ChatChannel):
    """A channel in Slack that shows alerts.

    Somebody must have authorized the workspace once, in the console of Amazon Q Developer in chat applications, and
    must have invited ``@Amazon Q`` to a private channel.

    Guide: AWS Batch Events; Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events.
    """

    def __init__(self, scope: Construct, id: str, *, workspace_id: str, channel_id: str) -> None:
        """Create the channel's configuration, its topic with a key, and a role without rights.

        Args:
            scope: Where the channel belongs.
            id: Its name in that scope.
            workspace_id: The workspace, ``T`` and letters and digits, from its address or the console.
            channel_id: The channel, ``C`` (or ``G``) and letters and digits, from "Copy link" of the channel.

        Raises:
            ValueError: an id has another form.
        """
        problems = Problems()
        problems.check(
            not known(workspace_id) or _SLACK_WORKSPACE.fullmatch(workspace_id) is not None,
            f"workspace_id must look like T0123ABCDEF, got {workspace_id!r}",
        )
        problems.check(
            not known(channel_id) or _SLACK_CHANNEL.fullmatch(channel_id) is not None,
            f"channel_id must look like C0123ABCDEF, got {channel_id!r}: it is not the channel's name",
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.cfn = chatbot.CfnSlackChannelConfiguration(
            self,
            "Resource",
            configuration_name=self._configuration_name,
            slack_workspace_id=workspace_id,
            slack_channel_id=channel_id,
            iam_role_arn=self.role.role_arn,
            guardrail_policies=self._guardrails,
            sns_topic_arns=[self._topic_arn],
            logging_level="ERROR",
        )


@checked
class TeamsChannel(ChatChannel):
    """A channel in Microsoft Teams that shows alerts.

    Somebody must have authorized the team once, in the console of Amazon Q Developer in chat applications.

    Guide: AWS Batch Events; Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events.
    """

    def __init__(self, scope: Construct, id: str, *, team_id: str, tenant_id: str, channel_id: str) -> None:
        """Create the channel's configuration, its topic with a key, and a role without rights.

        Args:
            scope: Where the channel belongs.
            id: Its name in that scope.
            team_id: The team's UUID: ``groupId`` in the channel's link.
            tenant_id: The tenant's UUID: ``tenantId`` in the channel's link.
            channel_id: The channel: the part after ``/channel/`` in its link, ``19%3A…%40thread.tacv2`` or
                ``19:…@thread.tacv2``.

        Raises:
            ValueError: an id has another form.
        """
        problems = Problems()
        for name, value in (("team_id", team_id), ("tenant_id", tenant_id)):
            problems.check(
                not known(value) or _UUID.fullmatch(value) is not None,
                f"{name} must be a UUID such as 11111111-2222-3333-4444-555555555555, got {value!r}",
            )
        channel = channel_id.replace(":", "%3A").replace("@", "%40") if known(channel_id) else channel_id
        problems.check(
            not known(channel) or channel.startswith("19%3A"),
            f"channel_id must look like 19:…@thread.tacv2, got {channel_id!r}",
        )
        problems.raise_if_any()
        super().__init__(scope, id)
        self.cfn = chatbot.CfnMicrosoftTeamsChannelConfiguration(
            self,
            "Resource",
            configuration_name=self._configuration_name,
            team_id=team_id,
            teams_tenant_id=tenant_id,
            teams_channel_id=channel,
            iam_role_arn=self.role.role_arn,
            guardrail_policies=self._guardrails,
            sns_topic_arns=[self._topic_arn],
            logging_level="ERROR",
        )
