"""The sources of facts, with their dates."""

from __future__ import annotations

from dataclasses import dataclass

_GUIDE = "https://docs.aws.amazon.com/batch/latest/userguide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document with facts.

    Attributes:
        name: The name to look it up by.
        date: ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``, as exactly as is known.
        certain: Whether a rule based on it may be an error; otherwise it is a warning at most.
        page: The page of the AWS Batch User Guide, without ``.html``; empty for other documents.
        version: The commit of crowecawcaw/aws-docs-history with the page as it was read.
    """

    name: str
    date: str
    certain: bool = True
    page: str = ""
    version: str = ""

    @property
    def link(self) -> str:
        """The address of the page; empty for other documents."""
        return f"{_GUIDE}/{self.page}.html" if self.page else ""


GUIDE_READ = "2026-12-01"
"""The day on which the pages of the user guide were read."""

GUIDE_VERSIONS = {
    "bestpractice6": "92efb2ce",
    "create-job-definition-eks": "393fa535",
    "create-quota-management-resources": "393fa535",
    "fargate-job-definitions": "92efb2ce",
    "invalid_compute_environment": "92efb2ce",
    "job_definition_parameters": "2ba8dd88",
    "job_timeouts": "92efb2ce",
    "mnp-ce": "92efb2ce",
    "mnp-eks-running-mnp-jobs": "92efb2ce",
    "mnp-node-groups": "92efb2ce",
    "quota-shares": "92efb2ce",
    "s3files-volumes": "43cc6c52",
    "service_limits": "5b5f320f",
    "tag-restrictions": "92efb2ce",
}
"""The pages with numbers and patterns, each with the commit of its version."""


def guide(page: str) -> Source:
    """Return a page of the AWS Batch User Guide as a source.

    Args:
        page: One of ``GUIDE_VERSIONS``.
    """
    return Source(
        name=f"AWS Batch User Guide, {page}", date=GUIDE_READ, page=page, version=GUIDE_VERSIONS[page]
    )


OLD_GUIDE = Source(name="AWS Batch User Guide of 2023, compute_environment_parameters", date="2023")
"""A page that the guide no longer has."""
API = Source(name="AWS Batch API, as in botocore 1.44.5", date="2026-11-17")
CFN = Source(name="CloudFormation registry schemas", date="2026-10-20")
EC2 = Source(name="Amazon EC2 User Guide", date="2026")
VPC = Source(name="Amazon VPC User Guide", date="2026")
ECR = Source(name="Amazon ECR User Guide, Interface VPC endpoints", date="2026-12")
ECS = Source(name="Amazon ECS Developer Guide, Interface VPC endpoints", date="2026-12")
EFS = Source(name="Amazon EFS User Guide, Using VPC security groups", date="2026")
EVENTBRIDGE = Source(name="Amazon EventBridge User Guide", date="2026")
PREFLIGHT = Source(name="badmintoncryer/cdk-preflight, whose rules were reproduced on AWS", date="2026-09-12")
METAFLOW = Source(name="an answer of AWS Batch, in Netflix/metaflow#1482", date="2024")
INFERENCE = Source(name="inferred from the other sources", date="2026", certain=False)
