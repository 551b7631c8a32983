"""SNS topics: who may publish to them, with which key, and who hears of it."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Link, Links, Struct, Structs, Text
from batch_constructs.assembly.template.resources.roles import PolicyDocument
from batch_constructs.assembly.template.views import Resource, View


class Key(Resource):
    """A KMS key; without a policy only the account itself may use it."""

    TYPES = ("AWS::KMS::Key",)

    document = Struct("KeyPolicy", PolicyDocument)


class InlineSubscription(View):
    """Who hears of the topic that it stands in."""

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
    """Who may publish: to several topics, or to one."""

    TYPES = ("AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy")

    document = Struct("PolicyDocument", PolicyDocument)
    topics = Links("Topics", Topic)
    topic = Link("TopicArn", Topic)


class Subscription(Resource):
    """Who hears of a topic."""

    TYPES = ("AWS::SNS::Subscription",)

    topic = Link("TopicArn", Topic)
    protocol = Text("Protocol")
    endpoint = Text("Endpoint")
