"""Amazon S3 buckets, as far as jobs start from their events."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Anything, Link
from batch_constructs.assembly.template.views import Resource


class Bucket(Resource):
    """An S3 bucket."""

    TYPES = ("AWS::S3::Bucket",)
    NAME = "BucketName"

    notifications = Anything("NotificationConfiguration")


class BucketNotifications(Resource):
    """The custom resource with which the CDK sets the notifications of a bucket."""

    TYPES = ("Custom::S3BucketNotifications",)

    bucket = Link("BucketName", Bucket)
    notifications = Anything("NotificationConfiguration")
