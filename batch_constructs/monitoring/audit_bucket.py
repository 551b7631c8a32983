"""The bucket of a trail: encrypted, over TLS only, and locked, so that nobody deletes the record of what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from batch_constructs._border import cdk

if TYPE_CHECKING:
    from jsii import Number

__all__ = ["AuditBucket"]

_CLOUDTRAIL = "cloudtrail.amazonaws.com"


class AuditBucket(Construct):
    """A bucket for the trails of this account and Region, and its key."""

    def __init__(self, scope: Construct, id: str, *, retention_days: Number, all_regions: bool) -> None:
        """Create both; they stay when the stack is deleted.

        Args:
            scope: Where they belong.
            id: Their name in that scope.
            retention_days: The days for which nobody may delete its files; after these they are deleted.
            all_regions: Whether the trail records events of all Regions.
        """
        super().__init__(scope, id)
        # Not the trail's own ARN: the trail refers to the key and the bucket, and this would be a circle.
        trails = cdk.arn("cloudtrail", "trail/*")
        self.key = kms.Key(
            self,
            "Key",
            enable_key_rotation=True,
            description="The trail of AWS Batch",
            removal_policy=RemovalPolicy.RETAIN,
        )
        # For a trail of all Regions, CloudTrail uses an encryption context with any Region.
        anywhere = f"arn:{cdk.partition()}:cloudtrail:*:{cdk.account()}:trail/*"
        for statement in _use_of_key(trails, anywhere if all_regions else trails):
            self.key.add_to_resource_policy(statement)
        self.bucket = s3.Bucket(
            self,
            "Resource",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            # In governance mode, those with s3:BypassGovernanceRetention can still delete. In compliance mode not even root
            # can, and a mistake would cost money for years.
            object_lock_default_retention=s3.ObjectLockRetention.governance(Duration.days(retention_days)),
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(retention_days + 1),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        for statement in _writing(self.bucket, trails):
            self.bucket.add_to_resource_policy(statement)


def _use_of_key(trails: str, context: str) -> list[iam.PolicyStatement]:
    from_trails = {"aws:SourceArn": trails}
    return [
        iam.PolicyStatement(
            principals=[cdk.service_principal(_CLOUDTRAIL)],
            # With a bucket key, S3 needs to decrypt before it encrypts.
            actions=["kms:GenerateDataKey*", "kms:Decrypt"],
            # In a key's policy, * is the key itself.
            resources=["*"],
            conditions={"ArnLike": {**from_trails, "kms:EncryptionContext:aws:cloudtrail:arn": context}},
        ),
        iam.PolicyStatement(
            principals=[cdk.service_principal(_CLOUDTRAIL)],
            actions=["kms:DescribeKey"],
            # The key itself.
            resources=["*"],
            conditions={"ArnLike": from_trails},
        ),
    ]


def _writing(bucket: s3.Bucket, trails: str) -> list[iam.PolicyStatement]:
    from_trails = {"ArnLike": {"aws:SourceArn": trails}}
    return [
        iam.PolicyStatement(
            principals=[cdk.service_principal(_CLOUDTRAIL)],
            actions=["s3:GetBucketAcl"],
            resources=[bucket.bucket_arn],
            conditions=from_trails,
        ),
        iam.PolicyStatement(
            principals=[cdk.service_principal(_CLOUDTRAIL)],
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects(f"AWSLogs/{cdk.account()}/*")],
            conditions={
                **from_trails,
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"},
            },
        ),
    ]
