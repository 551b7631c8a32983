"""Job queues: order, early refusals, and a grant that is as narrow as IAM allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    Ec2ComputeEnvironment,
    Ec2JobDefinition,
    FargateComputeEnvironment,
    ImportedComputeEnvironment,
    ImportedJobDefinition,
    JobQueue,
    JobStateTimeLimit,
    SpotComputeEnvironment,
    TimeLimitReason,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

QUEUE_ARN = "arn:aws:batch:eu-west-1:123456789012:job-queue/nightly"
DEFINITION_ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"
ENVIRONMENT_ARN = "arn:aws:batch:eu-west-1:123456789012:compute-environment/spot"


def test_environments_are_tried_in_the_order_of_the_list(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """The first of the list is order 1, the next order 2."""
    spot = SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    on_demand = Ec2ComputeEnvironment(stack, "OnDemand", vpc=vpc)
    JobQueue(stack, "Queue", compute_environments=[spot, on_demand])
    order = only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    assert [(each["Order"], each["ComputeEnvironment"]["Fn::GetAtt"][0]) for each in order] == [
        (1, stack.get_logical_id(spot.cfn)),
        (2, stack.get_logical_id(on_demand.cfn)),
    ]


def test_a_queue_takes_environments_of_every_make(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Ours, the L2's, an L1 and imported ones fit the same argument, since all are references."""
    from aws_cdk import aws_batch as batch

    environments: list[Any] = [
        FargateComputeEnvironment(stack, "Ours", vpc=vpc),
        batch.FargateComputeEnvironment(stack, "L2", vpc=vpc),
        batch.CfnComputeEnvironment(stack, "L1", type="MANAGED"),
        ImportedComputeEnvironment(stack, "Imported", compute_environment_arn=ENVIRONMENT_ARN),
    ]
    JobQueue(stack, "Queue", compute_environments=environments)
    order = only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"]
    assert len(order) == 4
    assert order[3]["ComputeEnvironment"] == ENVIRONMENT_ARN


def test_the_cdks_own_queue_takes_our_environments(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """Our environment is an ordinary reference to the L1 queue."""
    from aws_cdk import aws_batch as batch

    ours = FargateComputeEnvironment(stack, "Ours", vpc=vpc)
    batch.CfnJobQueue(
        stack,
        "Queue",
        priority=1,
        compute_environment_order=[
            batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
                compute_environment=ours.compute_environment_ref.compute_environment_arn, order=1
            )
        ],
    )
    assert only("AWS::Batch::JobQueue")["ComputeEnvironmentOrder"][0]["Order"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"priority": 1001}, "priority must be from 0 to 1,000, got 1001"),
        ({"priority": -1}, "priority must be from 0 to 1,000, got -1"),
        ({"job_queue_name": "bad name!!"}, "job_queue_name must be 1 to 128 letters"),
        ({"compute_environments": []}, "the length of compute_environments must be at least 1"),
    ],
)
def test_fails_when_an_argument_is_out_of_range(
    stack: Stack, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the value, before anything is in the tree."""
    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        JobQueue(stack, "Queue", **{"compute_environments": [environment], **arguments})
    assert len(stack.node.children) == before


def test_fails_when_an_environment_is_listed_twice(stack: Stack) -> None:
    """Fails when the same environment would be tried again."""
    spot = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    with pytest.raises(ValueError, match="must be different ones"):
        JobQueue(stack, "Queue", compute_environments=[spot, spot])


@pytest.mark.parametrize("priority", [0, 1000])
def test_the_ends_of_the_priority_range_pass(
    stack: Stack, only: Callable[[str], dict[str, Any]], priority: int
) -> None:
    """Both ends of the range are legal."""
    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    JobQueue(stack, "Queue", compute_environments=[environment], priority=priority)
    assert only("AWS::Batch::JobQueue")["Priority"] == priority


def test_tokens_pass_untouched(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """What only CloudFormation knows is no error."""
    from aws_cdk import CfnParameter

    name = CfnParameter(stack, "Name")
    priority = CfnParameter(stack, "Priority", type="Number")
    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=name.value_as_string)
    JobQueue(
        stack,
        "Queue",
        compute_environments=[environment],
        priority=priority.value_as_number,
        job_queue_name=name.value_as_string,
    )
    queue = only("AWS::Batch::JobQueue")
    assert queue["Priority"] == {"Ref": "Priority"}
    assert queue["JobQueueName"] == {"Ref": "Name"}


def test_jobs_that_block_the_queue_are_cancelled_on_request(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 8 (metaflow#110): what can never run makes room for what can."""
    from aws_cdk import Duration

    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    JobQueue(
        stack,
        "Queue",
        compute_environments=[environment],
        job_state_time_limits=[
            *JobStateTimeLimit.for_misconfigurations(Duration.minutes(10)),
            JobStateTimeLimit.for_insufficient_capacity(Duration.hours(24)),
        ],
    )
    actions = only("AWS::Batch::JobQueue")["JobStateTimeLimitActions"]
    assert {(each["Action"], each["State"]) for each in actions} == {("CANCEL", "RUNNABLE")}
    assert [(each["Reason"].split(":")[0], each["MaxTimeSeconds"]) for each in actions] == [
        ("MISCONFIGURATION", 600),
        ("MISCONFIGURATION", 600),
        ("MISCONFIGURATION", 600),
        ("CAPACITY", 86_400),
    ]


def test_each_documented_reason_has_a_preset_with_a_time_of_its_own() -> None:
    """An hour for jobs that can never run, a day for missing capacity; a given time counts."""
    from aws_cdk import Duration

    presets = [
        *JobStateTimeLimit.for_misconfigurations(),
        JobStateTimeLimit.for_insufficient_capacity(),
        *JobStateTimeLimit.for_service_jobs(),
    ]
    assert sorted(each.reason for each in presets) == sorted(TimeLimitReason)
    assert [each.max_time.to_hours() for each in presets] == [1, 1, 1, 24, 1, 1]
    [first, *_] = JobStateTimeLimit.for_service_jobs(Duration.minutes(10))
    assert first.max_time.to_minutes() == 10


@pytest.mark.parametrize("seconds", [600, 86_400])
def test_the_ends_of_the_time_limits_range_pass(seconds: int) -> None:
    """Both ends of the range are legal (JQ-09)."""
    from aws_cdk import Duration

    limit = JobStateTimeLimit(reason=TimeLimitReason.CAPACITY, max_time=Duration.seconds(seconds))
    assert limit.max_time.to_seconds() == seconds


@pytest.mark.parametrize("seconds", [599, 86_401])
def test_fails_when_a_time_limit_is_out_of_range(seconds: int) -> None:
    """Fails if the time is not within 10 minutes and 24 hours."""
    from aws_cdk import Duration

    with pytest.raises(ValueError, match="max_time must be from 600 to 86,400 seconds"):
        JobStateTimeLimit(reason=TimeLimitReason.CAPACITY, max_time=Duration.seconds(seconds))


def test_fails_when_a_reason_has_two_limits(stack: Stack) -> None:
    """Fails, since it would be unclear which limit counts."""
    from aws_cdk import Duration

    environment = ImportedComputeEnvironment(stack, "Spot", compute_environment_arn=ENVIRONMENT_ARN)
    limit = JobStateTimeLimit.for_insufficient_capacity(Duration.hours(1))
    with pytest.raises(ValueError, match="must have different reasons"):
        JobQueue(stack, "Queue", compute_environments=[environment], job_state_time_limits=[limit, limit])


def submit_resources(only: Callable[[str], dict[str, Any]]) -> list[Any]:
    [statement] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == "batch:SubmitJob"
    assert statement["Effect"] == "Allow"
    resources: list[Any] = statement["Resource"]
    return resources


def test_grant_submit_job_names_the_queue_and_all_revisions_of_the_definition(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Pain 14 (aws-cdk#26128, #33862): neither the revision of one deploy, nor all definitions of the account."""
    from aws_cdk import aws_iam as iam

    definition = ImportedJobDefinition(stack, "Align", job_definition_arn=f"{DEFINITION_ARN}:7")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    JobQueue.from_job_queue_arn(stack, "Queue", QUEUE_ARN).grant_submit_job(role, definition)
    assert submit_resources(only) == [QUEUE_ARN, DEFINITION_ARN, f"{DEFINITION_ARN}:*"]


def test_grant_submit_job_cuts_the_revision_off_a_definition_of_this_app(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The name is taken from the ARN at deploy time, so that the next revision is allowed, too."""
    from aws_cdk import Size
    from aws_cdk import aws_iam as iam

    definition = Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.gibibytes(1))
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    JobQueue.from_job_queue_arn(stack, "Queue", QUEUE_ARN).grant_submit_job(role, definition)
    name = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": stack.get_logical_id(definition.cfn)}]}]}
    _, by_name, by_revision = submit_resources(only)
    assert by_name["Fn::Join"][1][-1] == name
    assert by_revision["Fn::Join"][1][-2:] == [name, ":*"]


def test_grant_submit_job_works_for_the_cdks_own_definitions(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """An L1 definition is as good as ours."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_iam as iam

    definition = batch.CfnJobDefinition(stack, "L1", type="container")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    JobQueue.from_job_queue_arn(stack, "Queue", QUEUE_ARN).grant_submit_job(role, definition)
    assert len(submit_resources(only)) == 3


def test_fails_when_a_grant_names_no_definition(stack: Stack) -> None:
    """Fails when the grant would allow nothing: IAM checks queue and definition."""
    from aws_cdk import aws_iam as iam

    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    with pytest.raises(ValueError, match="needs at least one job definition"):
        JobQueue.from_job_queue_arn(stack, "Queue", QUEUE_ARN).grant_submit_job(role)


def test_fails_when_an_imported_arn_is_of_something_else(stack: Stack) -> None:
    """Fails when the ARN of a definition is taken for that of a queue."""
    with pytest.raises(ValueError, match="job_queue_arn must look like"):
        JobQueue.from_job_queue_arn(stack, "Queue", DEFINITION_ARN)


def test_the_name_of_an_imported_queue_is_the_end_of_its_arn(stack: Stack) -> None:
    """A known ARN gives a known name."""
    queue = JobQueue.from_job_queue_arn(stack, "Queue", QUEUE_ARN)
    assert stack.resolve(queue.job_queue_name) == "nightly"
