"""Jobs that are submitted when an object arrives in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import Annotations, Aspects, IAspect
from aws_cdk import aws_s3 as s3

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.submissions.triggered import EventTriggeredJob

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Duration
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef
    from aws_cdk.interfaces.aws_s3 import IBucketRef
    from constructs import Construct, IConstruct
    from jsii import Number

    from batch_constructs.job_definitions.retries import RetryStrategy
    from batch_constructs.submissions.overrides import ContainerOverrides

__all__ = ["S3TriggeredJob"]

# The name of the CDK's custom resource for notifications, if a bucket has one.
_CDK_NOTIFICATIONS = "Notifications"


@checked
class S3TriggeredJob(EventTriggeredJob):
    """A job for each object that is created in a bucket, by upload or copy.

    If this app makes the bucket, its notifications to EventBridge are turned on without the function that the CDK would
    add. If the bucket also notifies functions, queues or topics, added before or after this construct, the CDK's
    function writes all notifications, these included. An imported bucket is not changed: turn on its notifications to
    EventBridge where it is made, or by ``bucket.enable_event_bridge_notification()``. Until then nothing is submitted,
    which a warning says at synth.

    A job that writes into the bucket that triggers it needs another prefix or suffix for its output, or it submits
    itself without end. The rule, the bucket and the queue are in one Region.

    Guide: AWS Batch Jobs as CloudWatch Events Targets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bucket: IBucketRef,
        job_queue: IJobQueueRef,
        job_definition: IJobDefinitionRef,
        prefix: str = "",
        suffix: str = "",
        bucket_parameter: str | None = "bucket",
        key_parameter: str | None = "key",
        job_name: str | None = None,
        array_size: Number | None = None,
        parameters: Mapping[str, str] | None = None,
        container_overrides: ContainerOverrides | None = None,
        retry_strategy: RetryStrategy | None = None,
        maximum_retry_attempts: Number = 185,
        maximum_event_age: Duration | None = None,
        enabled: bool = True,
    ) -> None:
        """Create the rule, its role and its dead-letter queue, and let the bucket notify EventBridge.

        Args:
            scope: Where the rule belongs.
            id: Its name in that scope.
            bucket: The bucket of the objects: the CDK's ``Bucket``, an L1 or an imported one.
            job_queue: The queue to submit to: ours, the L2's, an L1 or an imported one.
            job_definition: The definition to submit: ours, the L2's, an L1 or an imported one.
            prefix: The beginning of the key. By default anything.
            suffix: The end of the key. By default anything.
            bucket_parameter: The parameter for the bucket's name, by default ``bucket`` (``Ref::bucket``). ``None`` to
                pass none.
            key_parameter: The parameter for the object's key, by default ``key`` (``Ref::key``). ``None`` to pass none.
            job_name: Up to 128 letters, digits, ``-`` and ``_``. By default the construct's id.
            array_size: 2 to 10,000 children. By default it is a single job.
            parameters: Values for other placeholders ``Ref::name`` of the command. By default those of the definition.
            container_overrides: Changes to the container. By default none.
            retry_strategy: A strategy that replaces the definition's; a rule carries its ``attempts`` only. By default
                that of the definition.
            maximum_retry_attempts: How often a failed submission is retried, 0 to 185; by default 185 times.
            maximum_event_age: How long it is retried, 1 minute to 24 hours; by default 24 hours.
            enabled: Whether the rule is active; by default yes.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        problems = Problems()
        problems.check(
            bucket_parameter is None or bucket_parameter != key_parameter,
            f"bucket_parameter and key_parameter must differ, got {key_parameter!r} for both",
        )
        # A bucket notifies EventBridge of its own account and Region.
        check_place(problems, scope, "bucket", [bucket])
        problems.raise_if_any()
        paths = {bucket_parameter: "$.detail.bucket.name", key_parameter: "$.detail.object.key"}
        super().__init__(
            scope,
            id,
            event_pattern=_pattern(bucket.bucket_ref.bucket_name, prefix, suffix),
            job_queue=job_queue,
            job_definition=job_definition,
            job_name=job_name,
            array_size=array_size,
            parameters=parameters,
            event_parameters={name: path for name, path in paths.items() if name is not None},
            container_overrides=container_overrides,
            retry_strategy=retry_strategy,
            maximum_retry_attempts=maximum_retry_attempts,
            maximum_event_age=maximum_event_age,
            enabled=enabled,
        )
        _notify_eventbridge(self, bucket)


def _pattern(bucket_name: str, prefix: str, suffix: str) -> dict[str, object]:
    detail: dict[str, object] = {"bucket": {"name": [bucket_name]}}
    if prefix and suffix:
        # Two filters in the list would mean one or the other.
        detail["object"] = {"key": [{"wildcard": f"{_literal(prefix)}*{_literal(suffix)}"}]}
    elif prefix or suffix:
        detail["object"] = {"key": [{"prefix": prefix} if prefix else {"suffix": suffix}]}
    return {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*") if known(text) else text


def _notify_eventbridge(triggered: S3TriggeredJob, bucket: IBucketRef | IConstruct) -> None:
    cfn = bucket if isinstance(bucket, s3.CfnBucket) else bucket.node.default_child
    if isinstance(cfn, s3.CfnBucket):
        cfn.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
        )
    elif bucket.node.try_find_child(_CDK_NOTIFICATIONS) is None:
        Annotations.of(triggered).add_warning_v2(
            "batch-constructs:bucket-reports-to-eventbridge",
            f"{bucket.node.path} is imported, and submits nothing unless it sends its notifications to EventBridge: "
            "turn them on where it is made, or by bucket.enable_event_bridge_notification()",
        )
    if isinstance(bucket, s3.Bucket):
        Aspects.of(bucket).add(_KeepNotifications())


@jsii.implements(IAspect)
class _KeepNotifications:
    """An aspect that keeps notifications to EventBridge on in the CDK's function, whenever the bucket got it.

    The function rewrites all notifications of a bucket, and would turn off those that it does not know. Aspects run
    when the app is complete.
    """

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, s3.Bucket) and node.node.try_find_child(_CDK_NOTIFICATIONS) is not None:
            node.enable_event_bridge_notification()
