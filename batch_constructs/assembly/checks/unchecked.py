"""Rules of the facts that no template can break, or that a template cannot show."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNCHECKED: Mapping[str, str] = MappingProxyType(
    {
        "AMI-12": "only your own image itself shows if it has the agent and the log driver",
        "AS-05": "describes how the ordered strategies work: a size that is listed next to its family keeps its position",
        "FGT-10": "the quota of Fargate vCPUs differs between accounts, and grows with use",
        "IAM-10": "the policy AWSBatchFullAccess is for people, and their policies are not in the template",
        "IAM-14": "the permissions of the service-linked role and an organization's policies are not in the template",
        "IAM-15": "the user who registers a definition, and so needs iam:PassRole, is in no template",
        "JD-11": "Kubernetes expands $(NAME) in commands, and does not change unknown names",
        "JQ-05": "EC2 and SPOT environments on one queue are allowed, and common",
        "QUO-02": "JQ-02 checks it",
        "TMO-02": "a job without a timeout is valid, and some jobs run for days",
        "UPD-01": "the handling of running jobs during an update is a choice, not a mistake",
    }
)
"""Id of the rule to the reason."""
