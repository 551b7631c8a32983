"""Outputs for the first submission."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from tests.submissions.cli_lines import request_of, validated

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/night"
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"


def outputs(stack: Stack) -> dict[str, Any]:
    from aws_cdk import Stage

    stage = Stage.of(stack)
    assert stage is not None
    template = stage.synth(force=True).get_stack_by_name(stack.stack_name).template
    return {name: each["Value"] for name, each in template.get("Outputs", {}).items()}


@pytest.fixture
def queue(stack: Stack) -> bc.ImportedJobQueue:
    return bc.JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)


@pytest.fixture
def align(stack: Stack) -> bc.Ec2JobDefinition:
    from aws_cdk import Size

    return bc.Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512))


def test_names_and_commands_are_put_out(
    stack: Stack, queue: bc.ImportedJobQueue, align: bc.Ec2JobDefinition
) -> None:
    """Names are readable and have no revision, so a command in a note stays right."""
    bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=align)
    found = outputs(stack)
    assert list(found) == ["FirstJobQueue", "FirstJobDefinition", "FirstSubmit", "FirstLogs"]
    assert found["FirstJobQueue"] == "night"
    # The part of the ARN after the slash and before the revision.
    after_slash = {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": stack.get_logical_id(align.cfn)}]}]}
    assert found["FirstJobDefinition"] == {"Fn::Select": [0, {"Fn::Split": [":", after_slash]}]}
    assert found["FirstSubmit"]["Fn::Join"][1] == [
        "aws batch submit-job --region ",
        {"Ref": "AWS::Region"},
        " --job-name first --job-queue night --job-definition ",
        found["FirstJobDefinition"],
    ]


@pytest.mark.parametrize("arn", [DEFINITION, f"{DEFINITION}:7"])
def test_of_what_is_imported_there_are_names_and_no_logs(
    stack: Stack, queue: bc.ImportedJobQueue, arn: str
) -> None:
    """The log group of an imported definition is unknown."""
    theirs = bc.Ec2JobDefinition.from_job_definition_arn(stack, "Theirs", arn)
    bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=theirs)
    found = outputs(stack)
    assert list(found) == ["FirstJobQueue", "FirstJobDefinition", "FirstSubmit"]
    assert found["FirstJobDefinition"] == "align"


def test_l1_constructs_are_taken_too(stack: Stack) -> None:
    """Queue and definition may be L1 constructs."""
    from aws_cdk import aws_batch as batch

    queue = batch.CfnJobQueue(stack, "Queue", priority=1)
    definition = batch.CfnJobDefinition(stack, "Job", type="container")
    bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=definition)
    assert list(outputs(stack)) == ["FirstJobQueue", "FirstJobDefinition", "FirstSubmit"]


def test_logs_that_go_elsewhere_have_no_command(stack: Stack, queue: bc.ImportedJobQueue) -> None:
    """`aws logs tail` shows CloudWatch Logs only."""
    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs

    job = bc.Ec2JobDefinition(
        stack,
        "Job",
        image="busybox",
        vcpus=1,
        memory=Size.mebibytes(512),
        logging=ecs.JsonFileLogDriver(),
    )
    bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=job)
    assert "FirstLogs" not in outputs(stack)


def test_in_a_construct_of_ones_own_the_path_tells_them_apart(
    stack: Stack, queue: bc.ImportedJobQueue, align: bc.Ec2JobDefinition
) -> None:
    """Two teams may both use the id First; no hash is in the names (aws-cdk#3439, aws-cdk#21432)."""
    from constructs import Construct

    for team in ("Vision", "Speech"):
        bc.SubmissionOutputs(Construct(stack, team), "First", job_queue=queue, job_definition=align)
    assert {"VisionFirstSubmit", "SpeechFirstSubmit"} <= set(outputs(stack))


def test_fails_before_anything_is_made(
    stack: Stack, queue: bc.ImportedJobQueue, align: bc.Ec2JobDefinition
) -> None:
    """Fails with all problems in one message."""
    with pytest.raises(ValueError, match="array_size must be") as refusal:
        bc.SubmissionOutputs(
            stack, "First", job_queue=queue, job_definition=align, array_size=1, job_name="no spaces"
        )
    assert "job_name" in str(refusal.value)
    assert stack.node.try_find_child("First") is None


def test_a_share_is_given_where_the_queue_asks_for_it(
    stack: Stack, vpc: ec2.IVpc, align: bc.Ec2JobDefinition
) -> None:
    """AWS refuses a command without it, and one with it for a queue without shares (nextflow#3505)."""
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    plain = bc.JobQueue(stack, "Plain", compute_environments=[spot])
    fair = bc.JobQueue(
        stack,
        "Fair",
        compute_environments=[spot],
        scheduling_policy=bc.FairSharePolicy(stack, "Shares", shares=[bc.Share(identifier="genomics")]),
    )
    with pytest.raises(
        ValueError, match="share_identifier must be given for a queue with a fair-share policy"
    ):
        bc.SubmissionOutputs(stack, "First", job_queue=fair, job_definition=align)
    with pytest.raises(
        ValueError, match="share_identifier is for queues with a fair-share policy, got 'genomics'"
    ):
        bc.SubmissionOutputs(
            stack, "First", job_queue=plain, job_definition=align, share_identifier="genomics"
        )
    bc.SubmissionOutputs(stack, "Plainly", job_queue=plain, job_definition=align)
    fairly = bc.SubmissionOutputs(
        stack, "Fairly", job_queue=fair, job_definition=align, share_identifier="genomics"
    )
    assert fairly.command.endswith(" --share-identifier genomics")


REQUESTS = [
    bc.SubmitJobRequest(job_name="a", job_queue="q", job_definition="d"),
    bc.SubmitJobRequest(
        job_name="a",
        job_queue=QUEUE,
        job_definition=f"{DEFINITION}:3",
        array_size=7,
        parameters={"inputfile": "/videos/in.mov", "codec": "libx264"},
        depends_on=[bc.JobDependency(job_id="1-2", type=bc.ArrayDependency.N_TO_N)],
        share_identifier="adhocFirst",
        propagate_tags=False,
        tags={"team": "genomics & co", "cost": "1,5"},
        timeout_seconds=60,
        scheduling_priority_override=3,
        retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    ),
    bc.SubmitJobRequest(
        job_name="a",
        job_queue="q",
        job_definition="d",
        parameters={"quote": 'it\'s "so" $HOME `id` \\ é', "empty": "", "list": "a,b=c"},
        container_overrides=bc.ContainerOverrides(
            command=["sh", "-c", "exit 3; echo 'never'"], environment={"A": "b c"}, vcpus=2, memory_mib=512
        ),
    ),
    bc.SubmitJobRequest(
        job_name="a",
        job_queue="q",
        job_definition="d",
        eks_properties_override=bc.EksPodOverrides(
            containers=[bc.EksContainerOverrides(name="list", args=["s3", "ls"], memory_mib=1_024)]
        ),
    ),
    bc.SubmitJobRequest(
        job_name="a",
        job_queue="q",
        job_definition="d",
        propagate_tags=True,
        node_overrides=bc.NodeOverrides(num_nodes=4),
    ),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_command_sends_what_boto3_would(request_: bc.SubmitJobRequest) -> None:
    """A shell splits it into words, the AWS CLI reads them, and botocore accepts the request."""
    line = request_.to_aws_cli()
    assert validated(line) == "submit_job"
    assert request_of(line) == request_.to_boto3()


def test_a_service_job_is_a_line_too() -> None:
    """Its payload is JSON in a string, which the shell must not change."""
    request = bc.ServiceJobRequest(
        job_name="resnet",
        job_queue="training",
        quota_share_name="vision",
        training_job={
            "TrainingJobName": "it's",
            "RoleArn": "arn:aws:iam::123456789012:role/training",
            "OutputDataConfig": {"S3OutputPath": "s3://b/models"},
        },
        attempts=2,
        timeout_seconds=86_400,
    )
    line = request.to_aws_cli(region="eu-west-1")
    assert line.startswith("aws batch submit-service-job --region eu-west-1 --job-name resnet ")
    assert validated(line) == "submit_service_job"
    assert request_of(line) == request.to_boto3()


def test_tokens_pass(stack: Stack) -> None:
    """Numbers and strings that only the deploy knows stay tokens, also inside JSON."""
    from aws_cdk import CfnOutput, CfnParameter

    size = CfnParameter(stack, "Size", type="Number").value_as_number
    name = CfnParameter(stack, "Name").value_as_string
    request = bc.SubmitJobRequest(
        job_name="a",
        job_queue=name,
        job_definition="d",
        array_size=size,
        parameters={"place": f"s3://{name}/x"},
        timeout_seconds=size,
    )
    CfnOutput(stack, "Line", value=request.to_aws_cli())
    parts = outputs(stack)["Line"]["Fn::Join"][1]
    text = "".join("7" if isinstance(each, dict) and each["Ref"] == "Size" else str(each) for each in parts)
    filled = text.replace("{'Ref': 'Name'}", "night")
    assert shlex.split(filled)[3:] == [
        *("--job-name", "a", "--job-queue", "night", "--job-definition", "d"),
        *("--array-properties", '{"size":7}', "--parameters", '{"place":"s3://night/x"}'),
        *("--timeout", '{"attemptDurationSeconds":7}'),
    ]
