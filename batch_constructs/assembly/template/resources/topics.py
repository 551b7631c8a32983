"""SNS topics: publishers, subscribers, and the keys that encrypt topics and other things."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Link, Links, Struct, Structs, Text, linked
from batch_constructs.assembly.template.resources.roles import PolicyDocument
from batch_constructs.assembly.template.unknown import Reference, is_one_of
from batch_constructs.assembly.template.views import Resource, View


class Key(Resource):
    """A KMS key; without a policy only its own account may use it."""

    TYPES = ("AWS::KMS::Key",)

    document = Struct("KeyPolicy", PolicyDocument)


class KeyAlias(Resource):
    """A name of a KMS key."""

    TYPES = ("AWS::KMS::Alias",)
    NAME = "AliasName"

    name = Text("AliasName")
    key = Link("TargetKeyId", Key)


def key_behind(view: View, value: object) -> Key | None:
    """Return the key of the assembly that a value names by ID, ARN or alias; ``None`` if it is elsewhere or unknown."""
    key = linked(view, value, Key)
    if key is not None:
        return key
    alias = value if isinstance(value, str) else ""
    if isinstance(value, Reference) and isinstance(value.target, KeyAlias):
        return value.target.key
    named = (each for each in view.home.stack.resources.values() if isinstance(each, KeyAlias))
    return next((each.key for each in named if alias and is_one_of(each.name, alias)), None)


class InlineSubscription(View):
    """A subscriber that is listed in the topic."""

    endpoint = Text("Endpoint")


class Topic(Resource):
    """An SNS topic."""

    TYPES = ("AWS::SNS::Topic",)
    NAME = "TopicName"

    name = Text("TopicName")
    kms_master_key_id = Text("KmsMasterKeyId")
    key = Link("KmsMasterKeyId", Key)
    subscriptions = Structs("Subscription", InlineSubscription)


class TopicPolicy(Resource):
    """The policy that allows publishing, for several topics or for one."""

    TYPES = ("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy")

    document = Struct("PolicyDocument", PolicyDocument)
    topics = Links("Topics", Topic)
    topic = Link("TopicArn", Topic)


class Subscription(Resource):
    """A subscriber of a topic."""

    TYPES = ("AWS::SNS::Subscription",)

    topic = Link("TopicArn", Topic)
    protocol = Text("Protocol")
    endpoint = Text("Endpoint")
