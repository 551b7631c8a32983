"""An audit trail of AWS Batch whose files are locked, and alerts on calls that should not be made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_cloudtrail as cloudtrail

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts.api_calls import SENSITIVE_CALLS
from batch_constructs.monitoring.alerts_base import AlertRule, AlertsBase, check_receivers
from batch_constructs.monitoring.audit_bucket import AuditBucket
from batch_constructs.monitoring.event_fields import ApiCallField
from batch_constructs.monitoring.event_patterns import ApiCallPattern
from batch_constructs.monitoring.messages import AlertMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
    from constructs import Construct
    from jsii import Number

    from batch_constructs.monitoring.receivers import AlertTarget

__all__ = ["SENSITIVE_CALLS", "BatchApiTrail"]

_CLOUDFORMATION = "cloudformation.amazonaws.com"
_DENIED = ("AccessDenied", "UnauthorizedOperation", "Client.UnauthorizedOperation")
_PATHS = {
    "time": ApiCallField.TIME,
    "region": ApiCallField.REGION,
    "call": ApiCallField.EVENT_NAME,
    "caller": ApiCallField.CALLER,
    "address": ApiCallField.SOURCE_IP_ADDRESS,
    "request": ApiCallField.REQUEST_PARAMETERS,
    "error": ApiCallField.ERROR_CODE,
}
_HISTORY = (
    "In the event history: https://<region>.console.aws.amazon.com/cloudtrailv2/home?region=<region>#/events"
    "?EventName=<call>"
)


@checked
class BatchApiTrail(AlertsBase):
    """A record of who called the API of AWS Batch, and alerts on sensitive calls that CloudFormation did not make.

    The trail records all management events of the account that change something, in its Region or in all Regions:
    CloudTrail cannot select those of AWS Batch. Its files are encrypted with a key of their own, sent over TLS, validated
    by digests, and locked: until the retention ends, only those who may bypass the lock can delete them.

    Costs: the first trail of a Region records management events for free; each further one costs 2 USD for 100,000 events.
    An account that already has a trail, or one of its organization, needs no other (``own_trail=False``). The key costs
    1 USD a month, the files cost cents, and the emails and messages of Amazon SNS next to nothing.

    The alerts cover only the Region of the stack, even if the trail covers all: EventBridge sends the event of a call in
    the Region of the call. For another Region, add a ``BatchApiTrail(own_trail=False)`` to a stack there.

    Guide: Logging AWS Batch API Calls with AWS CloudTrail.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        own_trail: bool = True,
        all_regions: bool = False,
        retention_days: Number = 365,
        include_reads: bool = False,
        sensitive_calls: Sequence[str] = SENSITIVE_CALLS,
        include_cloudformation: bool = False,
        denied_calls: bool = False,
        emails: Sequence[str] = (),
        topic: sns.ITopic | sns.Topic | None = None,
        targets: Sequence[AlertTarget] = (),
    ) -> None:
        """Create the trail with its bucket and key, the rules, their dead-letter queue, and a topic unless one is given.

        Args:
            scope: Where the trail belongs.
            id: Its name in that scope.
            own_trail: Whether to create a trail; by default yes. If the account has no trail at all, no call alerts.
            all_regions: Whether the trail records calls in all Regions and to global services such as IAM; by default
                only those in this Region. The first trail that records a Region's events is free there, too.
            retention_days: How long its files are locked, 1 to 36,500 days, after which they are deleted. By default a year.
            include_reads: Whether the trail also records calls that only read; by default no.
            sensitive_calls: Actions of AWS Batch that alert, at least one. By default those that create, change or delete
                environments, queues, policies, quota shares and consumable resources, that deregister definitions, and
                that change tags, which policies and bills depend on. Everyday actions do not alert: to submit, end and
                prioritize jobs, and to register definitions.
            include_cloudformation: Whether calls by CloudFormation alert as well, at each deploy that changes
                something; by default no.
            denied_calls: Whether each call alerts that was denied for lack of rights; by default no.
            emails: Addresses that get an email. Each must confirm the subscription that AWS sends. By default none.
            topic: Where to publish, as in `JobFailureAlerts`. By default a topic of its own.
            targets: Who else is notified, as in `JobFailureAlerts`. By default nobody.

        Raises:
            ValueError: an address is no email address, or is given twice; an action is none; a number is out of its range.
        """
        problems = Problems()
        check_receivers(problems, emails, targets)
        problems.check(
            not known(retention_days)
            or (1 <= retention_days <= 36_500 and retention_days == int(retention_days)),
            f"retention_days must be whole days from 1 to 36,500, got {retention_days}",
        )
        problems.check(
            own_trail or not all_regions,
            "all_regions is about the trail, got own_trail=False: leave it out",
        )
        problems.check(len(sensitive_calls) > 0, "sensitive_calls must name at least one action")
        with problems:
            sensitive = ApiCallPattern(event_names=sensitive_calls).to_dict()
        if not include_cloudformation:
            sensitive["detail"]["sourceIPAddress"] = [{"anything-but": _CLOUDFORMATION}]
        if denied_calls:
            # The other rule already alerts on denied calls.
            sensitive["detail"]["errorCode"] = [{"exists": False}]
        rules = [_sensitive(sensitive), *([_denied()] if denied_calls else [])]
        super().__init__(scope, id, rules=rules, emails=emails, topic=topic, targets=targets)
        self.trail: cloudtrail.CfnTrail | None = None
        self.bucket: s3.Bucket | None = None
        self.bucket_key: kms.Key | None = None
        if own_trail:
            kept = AuditBucket(self, "Bucket", retention_days=retention_days, all_regions=all_regions)
            self.bucket, self.bucket_key = kept.bucket, kept.key
            self.trail = cloudtrail.CfnTrail(
                self,
                "Trail",
                is_logging=True,
                s3_bucket_name=kept.bucket.bucket_name,
                kms_key_id=kept.key.key_arn,
                enable_log_file_validation=True,
                # A trail of all Regions must include them.
                include_global_service_events=all_regions,
                is_multi_region_trail=all_regions,
                event_selectors=[
                    cloudtrail.CfnTrail.EventSelectorProperty(
                        include_management_events=True,
                        read_write_type="All" if include_reads else "WriteOnly",
                    )
                ],
            )
            # CloudTrail writes a test file when the trail is created, and fails if the bucket's policy does not allow it yet.
            policy = kept.bucket.policy
            if policy is not None:
                self.trail.node.add_dependency(policy)


def _sensitive(pattern: dict[str, Any]) -> AlertRule:
    return AlertRule(
        id="Resource",
        description="Calls that change where jobs of AWS Batch run",
        pattern=pattern,
        message=AlertMessage(
            title="AWS Batch: <call> by <caller> at <time>.",
            reason="call",
            lines=["From: <address>", "Asked for: <request>", "Refused: <error>"],
            steps=[
                "If nobody knows of it: take the caller's keys away, and see what else was done.",
                _HISTORY,
            ],
            paths=_PATHS,
        ),
    )


def _denied() -> AlertRule:
    pattern = ApiCallPattern(failed_only=True).to_dict()
    pattern["detail"]["errorCode"] = [{"prefix": code} for code in _DENIED]
    return AlertRule(
        id="Denied",
        description="Calls of AWS Batch that were refused for lack of rights",
        pattern=pattern,
        message=AlertMessage(
            title="AWS Batch refused <call> to <caller> at <time>.",
            reason="error",
            lines=["From: <address>", "Asked for: <request>", "Error: <error>"],
            steps=["A right is missing, or somebody tries doors.", _HISTORY],
            paths=_PATHS,
        ),
    )
