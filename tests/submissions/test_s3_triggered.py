"""Jobs submitted by objects in S3: objects, parameters, and notifications."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from batch_constructs import ImportedJobDefinition, ImportedJobQueue, S3TriggeredJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/thumbnail"
RULE = "AWS::Events::Rule"


def triggered(stack: Stack, **arguments: Any) -> S3TriggeredJob:
    """Make a job for each object of an imported bucket; arguments can be changed."""
    from aws_cdk import aws_s3 as s3

    if "bucket" not in arguments:
        arguments["bucket"] = s3.Bucket.from_bucket_name(stack, "Pictures", "pictures")
    return S3TriggeredJob(
        stack,
        "Thumbnail",
        **{
            "job_queue": ImportedJobQueue(stack, "Queue", job_queue_arn=QUEUE),
            "job_definition": ImportedJobDefinition(stack, "Definition", job_definition_arn=DEFINITION),
            **arguments,
        },
    )


def created(key: str, bucket: str = "pictures", kind: str = "Object Created") -> dict[str, Any]:
    """Return an event of S3 in EventBridge, with the parts that matter here."""
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "size": 5}, "reason": "PutObject"}
    return {"source": "aws.s3", "detail-type": kind, "region": "eu-west-1", "detail": detail}


@pytest.mark.parametrize(
    ("filters", "event", "submits"),
    [
        ({}, created("a.jpg"), True),
        ({}, created("a.jpg", bucket="other"), False),
        ({}, created("a.jpg", kind="Object Deleted"), False),
        ({"prefix": "in/"}, created("in/a.jpg"), True),
        ({"prefix": "in/"}, created("out/a.jpg"), False),
        ({"suffix": ".jpg"}, created("a.jpg"), True),
        ({"suffix": ".jpg"}, created("a.jpg.txt"), False),
        ({"prefix": "in/", "suffix": ".jpg"}, created("in/x/a.jpg"), True),
        ({"prefix": "in/", "suffix": ".jpg"}, created("in/a.txt"), False),
        ({"prefix": "in/", "suffix": ".jpg"}, created("out/a.jpg"), False),
        ({"prefix": "a*\\", "suffix": ".jpg"}, created("a*\\b.jpg"), True),
        ({"prefix": "a*\\", "suffix": ".jpg"}, created("aa\\b.jpg"), False),
    ],
)
def test_created_objects_with_prefix_and_suffix_submit(
    stack: Stack,
    only: Callable[[str], dict[str, Any]],
    filters: dict[str, str],
    event: dict[str, Any],
    submits: bool,
) -> None:
    """An independent matcher agrees; prefix and suffix together mean both."""
    triggered(stack, **filters)
    pattern = EventPattern.load(json.dumps(only(RULE)["EventPattern"]))
    assert bool(pattern.matches_event(event)) is submits


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({}, {"bucket": "$.detail.bucket.name", "key": "$.detail.object.key"}),
        (
            {"bucket_parameter": "S3bucket", "key_parameter": "S3key"},
            {"S3bucket": "$.detail.bucket.name", "S3key": "$.detail.object.key"},
        ),
        ({"bucket_parameter": None}, {"key": "$.detail.object.key"}),
    ],
)
def test_bucket_and_key_reach_the_command(
    stack: Stack, only: Callable[[str], dict[str, Any]], arguments: dict[str, Any], names: dict[str, str]
) -> None:
    """They are parameters whose names are those in the definition's ``Ref::name``."""
    triggered(stack, **arguments)
    transformer = only(RULE)["Targets"][0]["InputTransformer"]
    text = transformer["InputTemplate"]
    for variable, path in transformer["InputPathsMap"].items():
        text = text.replace(f"<{variable}>", json.dumps(path))
    assert json.loads(text) == {"Parameters": names}


def test_without_both_there_is_no_transformer(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A job without both parameters gets neither bucket nor key."""
    triggered(stack, bucket_parameter=None, key_parameter=None)
    assert "InputTransformer" not in only(RULE)["Targets"][0]


def notifications(synth: Callable[[], dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return the notifications of the only bucket of the stack."""
    [bucket] = [each for each in synth().values() if each["Type"] == "AWS::S3::Bucket"]
    found: dict[str, Any] = bucket["Properties"]["NotificationConfiguration"]
    return found


@pytest.mark.parametrize("kind", ["Bucket", "CfnBucket"])
def test_a_bucket_of_the_app_reports_to_eventbridge_without_a_function(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], kind: str
) -> None:
    """The CDK would add a custom resource with a function for this one property."""
    from aws_cdk import aws_s3 as s3

    triggered(stack, bucket=getattr(s3, kind)(stack, "Pictures"))
    assert notifications(synth) == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "AWS::Lambda::Function" not in {each["Type"] for each in synth().values()}


@pytest.mark.parametrize("order", ["before", "after", "both", "twice"])
def test_later_notifications_do_not_turn_eventbridge_off(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], order: str
) -> None:
    """The CDK's function replaces the whole configuration, so it must include EventBridge in any order."""
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_s3_notifications as targets
    from aws_cdk import aws_sqs as sqs

    bucket = s3.Bucket(stack, "Pictures")

    def notify(name: str) -> None:
        bucket.add_event_notification(
            s3.EventType.OBJECT_REMOVED, targets.SqsDestination(sqs.Queue(stack, name))
        )

    if order in {"before", "both"}:
        notify("Before")
    triggered(stack, bucket=bucket)
    if order in {"after", "both", "twice"}:
        notify("After")
    if order == "twice":
        notify("Again")
    [custom] = [each for each in synth().values() if each["Type"] == "Custom::S3BucketNotifications"]
    configuration = custom["Properties"]["NotificationConfiguration"]
    assert configuration["EventBridgeConfiguration"] == {}
    assert len(configuration["QueueConfigurations"]) == (2 if order in {"both", "twice"} else 1)


def test_a_bucket_of_another_stack_survives_as_well() -> None:
    """The function is in the bucket's stack, and the rule in the job's."""
    import aws_cdk as cdk
    from aws_cdk import aws_lambda as functions
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_s3_notifications as targets

    app = cdk.App(context={"batch-constructs:checks": False})
    data, jobs = cdk.Stack(app, "Data"), cdk.Stack(app, "Jobs")
    bucket = s3.Bucket(data, "Pictures")
    triggered(jobs, bucket=bucket)
    function = functions.Function(
        data,
        "OnRemoval",
        runtime=functions.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=functions.Code.from_inline("handler = print"),
    )
    bucket.add_event_notification(s3.EventType.OBJECT_REMOVED, targets.LambdaDestination(function))
    resources = app.synth().get_stack_by_name("Data").template["Resources"].values()
    [custom] = [each for each in resources if each["Type"] == "Custom::S3BucketNotifications"]
    assert custom["Properties"]["NotificationConfiguration"]["EventBridgeConfiguration"] == {}


def warnings(stack: Stack) -> list[Any]:
    """Return the messages at synth about the job's bucket."""
    from aws_cdk.assertions import Annotations, Match

    message = Match.string_like_regexp("is imported, and submits nothing unless it sends")
    return list(Annotations.from_stack(stack).find_warning("/Stack/Thumbnail", message))


def test_an_imported_bucket_is_not_touched(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Its owner turns on the notifications; this stack gets no custom resource, but a warning."""
    triggered(stack)
    kinds = {each["Type"].split("::")[1] for each in synth().values()}
    assert kinds == {"Events", "IAM", "SQS"}
    assert len(warnings(stack)) == 1


def test_an_imported_bucket_can_be_told_to_report(stack: Stack) -> None:
    """The CDK's own method works, and needs no warning."""
    from aws_cdk import aws_s3 as s3

    bucket = s3.Bucket.from_bucket_name(stack, "Pictures", "pictures")
    assert isinstance(bucket, s3.BucketBase)
    bucket.enable_event_bridge_notification()
    triggered(stack, bucket=bucket)
    assert warnings(stack) == []


def test_fails_when_both_parameters_have_one_name(stack: Stack) -> None:
    """Fails when both parameters have the same name."""
    with pytest.raises(ValueError, match="bucket_parameter and key_parameter must differ, got 'x' for both"):
        triggered(stack, bucket_parameter="x", key_parameter="x")
    assert stack.node.try_find_child("Thumbnail") is None
