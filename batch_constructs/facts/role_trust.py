"""The principals of the roles around AWS Batch, and their managed policies.

Guide: AWS Batch Service IAM Role, Amazon ECS Instance Role, Amazon EC2 Spot Fleet Role, CloudWatch Events IAM Role.
Principals are those of the ``aws`` partition; some partitions add a suffix, which the CDK knows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTrust:
    """A role's principal and managed policy.

    Attributes:
        principal: The service that assumes the role.
        managed_policy: AWS's policy for it, with its path; ``None`` if the user decides.
    """

    principal: str
    managed_policy: str | None


SERVICE = RoleTrust(principal="batch.amazonaws.com", managed_policy="service-role/AWSBatchServiceRole")
INSTANCE = RoleTrust(
    principal="ec2.amazonaws.com", managed_policy="service-role/AmazonEC2ContainerServiceforEC2Role"
)
# With the older AmazonEC2SpotFleetRole, which cannot tag, and the service-linked role, instances never scale down
# (IAM-12).
SPOT_FLEET = RoleTrust(
    principal="spotfleet.amazonaws.com", managed_policy="service-role/AmazonEC2SpotFleetTaggingRole"
)
EXECUTION = RoleTrust(
    principal="ecs-tasks.amazonaws.com", managed_policy="service-role/AmazonECSTaskExecutionRolePolicy"
)
INFRASTRUCTURE = RoleTrust(
    principal="ecs.amazonaws.com", managed_policy="AmazonECSInfrastructureRolePolicyForManagedInstances"
)
"""The role with which Amazon ECS manages ECS Managed Instances; Amazon ECS Developer Guide, 2026."""
JOB = RoleTrust(principal="ecs-tasks.amazonaws.com", managed_policy=None)
EVENTS = RoleTrust(
    principal="events.amazonaws.com", managed_policy="service-role/AWSBatchServiceEventTargetRole"
)
SCHEDULER = RoleTrust(principal="scheduler.amazonaws.com", managed_policy=None)
PIPES = RoleTrust(principal="pipes.amazonaws.com", managed_policy=None)

ACTIONS = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:setcontext",
        "sts:setsourceidentity",
        "sts:tagsession",
    }
)
"""The actions that a trust policy can allow, in lower case; IAM refuses any other, and patterns such as ``sts:*``."""

SERVICE_LINKED_ROLE_NAME = "AWSServiceRoleForBatch"
SERVICE_LINKED_ROLE_PATH = "/aws-service-role/batch.amazonaws.com/"
