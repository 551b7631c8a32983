"""Who assumes which role, and the managed policy that goes with it.

Chapters: AWS Batch Service IAM Role, Amazon ECS Instance Role, Amazon EC2 Spot Fleet Role, CloudWatch Events IAM Role.
Principals are those of the ``aws`` partition; some partitions add a suffix, which CDK knows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTrust:
    """The shape of a role that Batch uses.

    Attributes:
        principal: the service that assumes it.
        managed_policy: the policy of AWS that it carries, with its path; ``None`` where the user decides.
    """

    principal: str
    managed_policy: str | None


SERVICE = RoleTrust(principal="batch.amazonaws.com", managed_policy="service-role/AWSBatchServiceRole")
INSTANCE = RoleTrust(
    principal="ec2.amazonaws.com", managed_policy="service-role/AmazonEC2ContainerServiceforEC2Role"
)
EKS_NODE = RoleTrust(principal="ec2.amazonaws.com", managed_policy="AmazonEKSWorkerNodePolicy")
# The older AmazonEC2SpotFleetRole cannot tag: with the service-linked role its instances never scale down (IAM-12).
SPOT_FLEET = RoleTrust(
    principal="spotfleet.amazonaws.com", managed_policy="service-role/AmazonEC2SpotFleetTaggingRole"
)
EXECUTION = RoleTrust(
    principal="ecs-tasks.amazonaws.com", managed_policy="service-role/AmazonECSTaskExecutionRolePolicy"
)
JOB = RoleTrust(principal="ecs-tasks.amazonaws.com", managed_policy=None)
EVENTS = RoleTrust(
    principal="events.amazonaws.com", managed_policy="service-role/AWSBatchServiceEventTargetRole"
)
SCHEDULER = RoleTrust(principal="scheduler.amazonaws.com", managed_policy=None)
PIPES = RoleTrust(principal="pipes.amazonaws.com", managed_policy=None)
MANAGED_INSTANCES_INFRASTRUCTURE = RoleTrust(
    principal="ecs.amazonaws.com", managed_policy="AmazonECSInfrastructureRolePolicyForManagedInstances"
)
MANAGED_INSTANCES_INSTANCE = RoleTrust(
    principal="ec2.amazonaws.com", managed_policy="AmazonECSInstanceRolePolicyForManagedInstances"
)

SERVICE_LINKED_ROLE_NAME = "AWSServiceRoleForBatch"
SERVICE_LINKED_ROLE_PATH = "/aws-service-role/batch.amazonaws.com/"
SERVICE_LINKED_LOG_GROUP_PREFIX = "/aws/batch/job"
"""Where the service-linked role may write logs (IAM-11)."""
