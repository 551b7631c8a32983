"""SNS topics: publishers, encryption keys and subscribers."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Link, Links, Struct, Structs, Text
from batch_constructs.assembly.template.resources.roles import PolicyDocument
from batch_constructs.assembly.template.views import Resource, View


class Key(Resource):
    """A KMS key; without a policy only its own account may use it."""

    TYPES = ("AWS::KMS::Key",)

    document = Struct("KeyPolicy", PolicyDocument)


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
