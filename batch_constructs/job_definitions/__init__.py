"""Job definitions: what a job runs, with how much, and what happens when it fails."""

from batch_constructs.job_definitions.base import ImportedJobDefinition, JobDefinitionBase
from batch_constructs.job_definitions.ec2 import Ec2JobDefinition
from batch_constructs.job_definitions.fargate import FargateJobDefinition
from batch_constructs.job_definitions.multi_node import MultiNodeParallelJobDefinition
from batch_constructs.job_definitions.node_groups import NodeGroup, NodeRange
from batch_constructs.job_definitions.retries import RetryAction, RetryRule, RetryStrategy

__all__ = [
    "Ec2JobDefinition",
    "FargateJobDefinition",
    "ImportedJobDefinition",
    "JobDefinitionBase",
    "MultiNodeParallelJobDefinition",
    "NodeGroup",
    "NodeRange",
    "RetryAction",
    "RetryRule",
    "RetryStrategy",
]
