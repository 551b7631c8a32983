"""The trail with its locked files, and alerts on calls that should not be made by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

import batch_constructs as bc
from batch_constructs.local.events import transform
from batch_constructs.monitoring.api_trail import SENSITIVE_CALLS
from tests.monitoring.samples import heard, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[], dict[str, dict[str, Any]]]


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def test_the_trail_is_encrypted_validated_and_locked(stack: Stack, synth: Synth) -> None:
    """For a year, with a rotating key, in a private bucket with versions, which outlives the stack."""
    bc.BatchApiTrail(stack, "Trail")
    resources = synth()
    [trail] = of_type(resources, "AWS::CloudTrail::Trail")
    assert trail["EnableLogFileValidation"] is True
    assert trail["IsLogging"] is True
    assert trail["EventSelectors"] == [{"IncludeManagementEvents": True, "ReadWriteType": "WriteOnly"}]
    [bucket] = [each for each in resources.values() if each["Type"] == "AWS::S3::Bucket"]
    properties = bucket["Properties"]
    rule = properties["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (properties["ObjectLockEnabled"], rule) == (True, {"Days": 365, "Mode": "GOVERNANCE"})
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    [encryption] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    # What is locked cannot be deleted: an expiry before the end of the lock would be void.
    [lifecycle] = properties["LifecycleConfiguration"]["Rules"]
    assert lifecycle["ExpirationInDays"] > rule["Days"]
    assert bucket["DeletionPolicy"] == "Retain"
    keys = [each for each in resources.values() if each["Type"] == "AWS::KMS::Key"]
    assert all(each["Properties"]["EnableKeyRotation"] for each in keys)


def test_only_trails_of_this_account_may_write(stack: Stack, synth: Synth) -> None:
    """Only over TLS, with the key, and for the account's own trails (confused deputy)."""
    bc.BatchApiTrail(stack, "Trail")
    resources = synth()
    [policy] = of_type(resources, "AWS::S3::BucketPolicy")
    deny, acl, put = statements(policy["PolicyDocument"])
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (acl["Action"], put["Action"]) == ("s3:GetBucketAcl", "s3:PutObject")
    trails = "trail/*"
    for statement in (acl, put):
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert trails in json.dumps(statement["Condition"]["ArnLike"]["aws:SourceArn"])
    assert "AWSLogs/" in json.dumps(put["Resource"])
    keys = of_type(resources, "AWS::KMS::Key")
    uses = [each for key in keys for each in statements(key["KeyPolicy"]) if "cloudtrail" in json.dumps(each)]
    assert [each["Action"] for each in uses] == [["kms:GenerateDataKey*", "kms:Decrypt"], "kms:DescribeKey"]
    assert all(trails in json.dumps(each["Condition"]) for each in uses)
    trail = next(each for each in resources.values() if each["Type"] == "AWS::CloudTrail::Trail")
    assert [resources[name]["Type"] for name in trail["DependsOn"]] == ["AWS::S3::BucketPolicy"]


def test_what_is_done_by_hand_is_told(stack: Stack, synth: Synth) -> None:
    """Calls by CloudFormation and everyday calls do not alert."""
    bc.BatchApiTrail(stack, "Trail")
    [rule] = of_type(synth(), "AWS::Events::Rule")
    assert heard(rule["EventPattern"]) == {"api_call_by_hand", "api_call_refused"}


def test_each_call_is_told_once(stack: Stack, synth: Synth) -> None:
    """The rule for denied calls reports these; a call that failed otherwise is not denied."""
    bc.BatchApiTrail(stack, "Trail", denied_calls=True, include_cloudformation=True)
    sensitive, denied = of_type(synth(), "AWS::Events::Rule")
    assert heard(sensitive["EventPattern"]) == {"api_call_by_hand", "api_call_by_cloudformation"}
    assert heard(denied["EventPattern"]) == {"api_call_refused"}


def test_the_message_says_who_did_what_from_where(stack: Stack, synth: Synth) -> None:
    """It also has the request and a link to the event history."""
    bc.BatchApiTrail(stack, "Trail")
    [rule] = of_type(synth(), "AWS::Events::Rule")
    [target] = rule["Targets"]
    text = transform(target["InputTransformer"], sample("api_call_by_hand"))
    caller = "arn:aws:sts::123456789012:assumed-role/Operator/ana"
    assert f"AWS Batch: UpdateComputeEnvironment by {caller} at 2026-11-22T03:00:00Z." in text
    assert "From: 192.0.2.7" in text
    assert "4096" in text
    assert "#/events?EventName=UpdateComputeEnvironment" in text


def test_calls_are_those_of_the_api() -> None:
    """Each sensitive call is an operation in the service's model."""
    operations = boto3.client("batch", region_name="eu-west-1").meta.service_model.operation_names
    assert set(SENSITIVE_CALLS) <= set(operations)


def test_an_account_with_a_trail_needs_no_other(stack: Stack, synth: Synth) -> None:
    """Without its own trail there are only rules, for the same alerts."""
    trail = bc.BatchApiTrail(stack, "Trail", own_trail=False)
    kinds = {each["Type"] for each in synth().values()}
    assert trail.trail is None
    assert trail.bucket is None
    assert not kinds & {"AWS::CloudTrail::Trail", "AWS::S3::Bucket"}
    assert "AWS::Events::Rule" in kinds


def test_submissions_are_counted_with_the_trail(stack: Stack) -> None:
    """The trail records calls that change something, such as SubmitJob."""
    assert "SubmitJob" not in SENSITIVE_CALLS
    job = bc.Ec2JobDefinition.from_job_definition_arn(
        stack, "Job", "arn:aws:batch:us-east-1:123456789012:job-definition/align:3"
    )
    bc.BatchApiTrail(stack, "Trail")
    metrics = bc.JobMetrics(stack, "Metrics", job_definitions=[job], count_submissions=True)
    assert metrics.of_definition(job).metric_submitted().metric_name == "Submitted"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retention_days": 0}, "whole days from 1 to 36,500, got 0"),
        ({"retention_days": 1.5}, "whole days"),
        ({"sensitive_calls": []}, "at least one action"),
        ({"sensitive_calls": ["batch:DeleteJobQueue"]}, "without a service"),
        ({"emails": ["ops"]}, "addresses such as"),
    ],
)
def test_an_impossible_trail_is_refused(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails for impossible arguments, and adds nothing to the tree."""
    with pytest.raises(ValueError, match=message):
        bc.BatchApiTrail(stack, "Trail", **arguments)
    assert not stack.node.children


def test_a_trail_of_all_regions_takes_global_services_too(stack: Stack, synth: Synth) -> None:
    """CloudTrail requires it (evidence-app#4, terraform#4723); its key allows trails of any Region."""
    bc.BatchApiTrail(stack, "Trail", all_regions=True)
    resources = synth()
    [trail] = of_type(resources, "AWS::CloudTrail::Trail")
    assert (trail["IsMultiRegionTrail"], trail["IncludeGlobalServiceEvents"]) == (True, True)
    keys = str(of_type(resources, "AWS::KMS::Key"))
    assert ":cloudtrail:*:" in keys


def test_a_trail_is_of_one_region_by_default(stack: Stack, synth: Synth) -> None:
    """Fails for ``all_regions`` without a trail."""
    bc.BatchApiTrail(stack, "Trail")
    [trail] = of_type(synth(), "AWS::CloudTrail::Trail")
    assert (trail["IsMultiRegionTrail"], trail["IncludeGlobalServiceEvents"]) == (False, False)
    with pytest.raises(ValueError, match="all_regions is about the trail, got own_trail=False"):
        bc.BatchApiTrail(stack, "Other", own_trail=False, all_regions=True)
