"""The rules of the facts that no template can break, or that cannot be seen in one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNCHECKED: Mapping[str, str] = MappingProxyType(
    {
        "AMI-12": "whether an image of your own runs the agent and knows the log driver is inside the image",
        "AS-05": "that a size listed beside its family keeps its own place is how the ordered strategies work",
        "FGT-10": "the quota of Fargate vCPUs differs between accounts, and grows with use",
        "IAM-10": "the policy AWSBatchFullAccess belongs to people, whose policies are not in the template of the jobs",
        "IAM-14": "the rights of the service-linked role and the denials of an organization are in no template",
        "IAM-15": "who registers a definition, and so needs iam:PassRole, is in no template",
        "JD-11": "Kubernetes expands $(NAME) in commands, and leaves alone what it does not know",
        "JQ-05": "EC2 beside SPOT on one queue is allowed, and is the usual pair",
        "QS-05": "CloudFormation has nothing that submits a service job",
        "QUO-02": "JQ-02 says it",
        "SE-04": "CloudFormation has nothing that submits a service job",
        "TMO-02": "a job without a timeout is legal, and some are meant to run for days",
        "UPD-01": "what happens to running jobs during an update is a choice, not a mistake",
    }
)
"""By id, with the reason."""
