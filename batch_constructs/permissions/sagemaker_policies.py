"""The policy for administrators of SageMaker jobs in AWS Batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs.permissions.grants import pass_to_sagemaker

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["allow_manage_sagemaker_jobs"]

_SERVICE = "sagemaker-queuing.batch.amazonaws.com"
_ROLE = "AWSServiceRoleForAWSBatchWithSagemaker"


@checked
def allow_manage_sagemaker_jobs(
    *, training_roles: Sequence[iam.IRole | iam.Role]
) -> list[iam.PolicyStatement]:
    """Allow all of AWS Batch, the creation of its service-linked role for SageMaker AI, and passing training roles.

    AWS Batch creates the role ``AWSServiceRoleForAWSBatchWithSagemaker`` with the first service environment of the account,
    with the rights of the caller. This is for administrators, as in AWS's example. For people who submit jobs, use
    ``queue.grant_submit_service_job``.

    Args:
        training_roles: The roles that payloads may name as ``RoleArn``; at least one. AWS's example allows any role of the
            account.

    Raises:
        ValueError: no role is given, so that no training job could start.

    Guide: Example Policies (manage SageMaker AI resources with AWS Batch; newer than the table of contents).
    """
    problems = Problems()
    problems.check(
        bool(training_roles), "at least one training role must be given: a job is handed to SageMaker"
    )
    problems.raise_if_any()
    role = f"arn:{cdk.partition()}:iam::{cdk.account()}:role/aws-service-role/{_SERVICE}/{_ROLE}"
    return [
        # AWS's example allows all of AWS Batch; most of its read calls have no resource type.
        iam.PolicyStatement(actions=["batch:*"], resources=["*"]),
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[role],
            conditions={"StringEquals": {"iam:AWSServiceName": _SERVICE}},
        ),
        pass_to_sagemaker(training_roles),
    ]
