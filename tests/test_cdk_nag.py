"""The examples before cdk-nag: its AwsSolutions pack, and its Serverless pack for what runs in functions and events.

Each finding is accepted at certain places for a reason that holds there. A new finding fails, and so does an old one at a
new place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))
PACKS = {"AwsSolutions", "Serverless"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A finding that may stand.

    Attributes:
        rule: What cdk-nag calls it, as a pattern.
        at: The paths of constructs, as a pattern.
        because: Why it may.
    """

    rule: str
    at: str
    because: str

    def covers(self, rule: str, path: str) -> bool:
        return bool(re.fullmatch(self.rule, rule) and re.fullmatch(self.at, path))


ACCEPTED = (
    Accepted(
        rule="AwsSolutions-VPC7",
        at=".*/Vpc/Resource",
        because="flow logs cost money: examples leave them out, BatchNetwork(flow_logs=True) adds them",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM4\[.*/AmazonEC2ContainerServiceforEC2Role\]",
        at=".*/InstanceRole/Resource",
        because="it is what the ECS agent needs, and AWS keeps it up to date",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM4\[.*/AWSXrayWriteOnlyAccess\]",
        at="MediaTranscoding/JobRole/Resource",
        because="the example's own choice for its sidecar",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Action::(s3:(Abort|DeleteObject|GetBucket|GetObject|List)|kms:(GenerateDataKey|ReEncrypt))\*\]",
        at=".*/((Job|Task|Training)Role|Reader/Role)/DefaultPolicy/Resource",
        because="what the CDK's Bucket.grant_read and grant_read_write allow, on one bucket and its key",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::<\w+\.Arn>(/\w+)*/\*\]",
        at=".*/((Job|Task|Training)Role|Reader/Role)/DefaultPolicy/Resource",
        because="the objects of one bucket, or of a folder in it",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:batch:.*:\{.*\}:\*\]",
        at=".*/DefaultPolicy/Resource",
        because="all revisions of one definition: a deploy makes a new one, and jobs of old ones still wait",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[(Action::batch:(Describe|Get|List)\*|Resource::arn:.*:job-definition/nf-\*(:\*)?)\]",
        at="NextflowGenomics/Run/JobRole/DefaultPolicy/Resource",
        because="Nextflow makes definitions of its own, under names that begin so, and looks at what it made",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::arn:.*:job-definition/\*\]",
        at="MonteCarlo/Quants/DefaultPolicy/Resource",
        because="the example's people may submit whatever is defined, to its queues only",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::<Queue\w+\.JobQueueArn>/quota-share/\*\]",
        at="SageMakerServiceJobs/(Researcher|Student)/DefaultPolicy/Resource",
        because="all shares of one queue",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::arn:.*:(job-queue/\*|job-definition/\*:\*)\]",
        at="Audit/Scientist/DefaultPolicy/Resource",
        because="tags decide about queue and definition, which a condition asks for",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:batch:.*:(service-)?job/\*\]",
        at=".*/DefaultPolicy/Resource",
        because="jobs have no names before they are submitted, and their ARN does not name the queue",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::\*\]",
        at=".*/(Check/Role|Metrics/Role|ExecutionRole|TrainingRole)/DefaultPolicy/Resource",
        because="DescribeComputeEnvironments and ecr:GetAuthorizationToken have no resource in IAM",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::\*\]",
        at="ArrayWorkflow/Workflow/.*|MonteCarlo/Quants/.*|NextflowGenomics/Run/JobRole/.*"
        "|ProteinFolding/Structure/Role/.*|ScheduledEtl/Etl/Role/.*",
        because="who follows jobs describes and lists them, which has no resource in IAM",
    ),
    Accepted(
        rule="AwsSolutions-SQS3|Serverless-SQSRedrivePolicy",
        at=".*/(DeadLetterQueue|Lost)/Resource",
        because="this is the dead-letter queue itself",
    ),
    Accepted(
        rule="AwsSolutions-S1",
        at=r"\w+/\w+/Resource",
        because="access logs of users' data are users' choice",
    ),
    Accepted(
        rule="AwsSolutions-S1",
        at="Audit/Trail/Bucket/Resource/Resource",
        because="it holds logs already; who reads them shows in data events, which cost by the call",
    ),
    Accepted(
        rule="AwsSolutions-SMG4",
        at="(PrivateNetwork/Pseudonyms|ScheduledEtl/Source)/Resource",
        because="the key of pseudonyms must stay, or nobody is recognised again; the password of a database elsewhere is "
        "changed by who owns it",
    ),
    Accepted(
        rule="AwsSolutions-SF1",
        at=r"[\w/]+/Resource",
        because="an execution's history says all; logs would need rights on every log delivery of the account",
    ),
    Accepted(
        rule="AwsSolutions-SF2|Serverless-StepFunctionStateMachineXray",
        at=r"[\w/]+/Resource",
        because="a handful of calls in a row: the jobs themselves are not in a trace",
    ),
    Accepted(
        rule="AwsSolutions-EC23",
        at=".*/Network/EndpointSecurityGroup/Resource",
        because="cdk-nag cannot read the VPC's CIDR, which is a reference; nothing is open to the world",
    ),
    Accepted(
        rule="Serverless-LambdaDLQ",
        at=".*/Metrics/Resource",
        because="an on-failure destination, which this rule does not know, has the same queue, and gets the reason as well",
    ),
    Accepted(
        rule="Serverless-LambdaTracing",
        at=".*/Metrics/Resource",
        because="milliseconds without a call to anybody: a trace of each event would cost more than the function",
    ),
    Accepted(
        rule=r"AwsSolutions-(L1|IAM4\[.*\]|IAM5\[Resource::<ClusterKubectlProviderHandler\w+\.Arn>:\*\])"
        "|Serverless-Lambda(LatestVersion|DLQ|Tracing|DefaultMemorySize|DefaultTimeout|AsyncFailureDestination)",
        at="EksJobs/Cluster/(KubectlProvider/.*|Role/Resource|NodegroupDefaultCapacity/NodeGroupRole/Resource)",
        because="the cluster, its first nodes and the function with the kubectl are the CDK's eks.Cluster to make",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM4\[.*/(AmazonEC2ContainerRegistryPullOnly|AmazonEKSWorkerNodePolicy|AmazonEKS_CNI_Policy)\]",
        at="(EksJobs/Nodes|ExistingCluster/NodeRole)/Resource",
        because="what nodes of Amazon EKS need, and AWS keeps up to date",
    ),
    Accepted(
        rule=r"AwsSolutions-IAM5\[Resource::(\*|arn:.*:access-entry/.*/\*AWSServiceRoleForBatch/\*)\]",
        at=".*/NamespaceAccess/Role/DefaultPolicy/Resource",
        because="DescribeComputeEnvironments has no resource in IAM, and EKS ends the ARN of an entry with an id of its own",
    ),
    Accepted(
        rule="Serverless-Lambda(DLQ|Tracing|DefaultTimeout|DefaultMemorySize)",
        at=".*/NamespaceAccess/Function",
        because="CloudFormation calls it a few times in its life, waits for its answer, and tells what it answered",
    ),
    Accepted(
        rule="Serverless-SNSRedrivePolicy",
        at=".*/(Email|Subscriber)[0-9]+",
        because="mails, texts and pagers of people: what one could not get, the others did, and no program reads on",
    ),
    Accepted(
        rule="Serverless-EventBusDLQ",
        at="Alerts/Failures/ResourceTargets/Resource",
        because="a target of the CDK brings its own dead-letter queue or none: the user's choice",
    ),
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_cdk_nag_finds_only_what_is_argued(
    example: str, judged: Callable[[str], dict[str, list[dict[str, Any]]]]
) -> None:
    """Every finding is one that holds for a reason where it is; a new one fails."""
    report = judged(example)
    # A pack without a finding does not show; each example has one of the first.
    assert "AwsSolutions" in report
    found = {
        (violation["ruleName"], construct["constructPath"])
        for pack in PACKS
        for violation in report.get(pack, ())
        for construct in violation["violatingConstructs"]
    }
    if example == "dashboard":
        assert ("Serverless-LambdaTracing", "Dashboard/Metrics/Resource") in found
    assert {each for each in found if not any(accepted.covers(*each) for accepted in ACCEPTED)} == set()


def test_an_unknown_finding_is_not_covered() -> None:
    """The patterns accept places, not rules: a wildcard on a new role is new."""
    wildcard = "AwsSolutions-IAM5[Resource::*]"
    assert any(each.covers(wildcard, "Dashboard/Metrics/Role/DefaultPolicy/Resource") for each in ACCEPTED)
    assert not any(each.covers(wildcard, "Dashboard/JobRole/DefaultPolicy/Resource") for each in ACCEPTED)
    assert all(each.because for each in ACCEPTED)
