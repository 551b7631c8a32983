"""Service environments, their queues and quota shares, and requests for their jobs."""

from __future__ import annotations

import json

import aws_cdk as cdk
import botocore.session
import pytest
from aws_cdk import aws_iam as iam
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

import batch_constructs as bc
from batch_constructs.testing import assert_no_findings
from batch_constructs.testing.synthesis import synthesized
from tests.permissions.simulator import concrete

TRAINING = {
    "TrainingJobName": "train",
    "RoleArn": "arn:aws:iam::111122223333:role/train",
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
}
SUBMIT = (
    botocore.session.get_session().get_service_model("batch").operation_model("SubmitServiceJob").input_shape
)
UNIT = "ml.p5.48xlarge"


def platform(stack: cdk.Stack, **more):
    """Return a queue with quota shares."""
    environment = bc.ServiceEnvironment(
        stack, "Training", capacity_limits=[bc.CapacityLimit(max_capacity=8, capacity_unit=UNIT)]
    )
    policy = bc.QuotaSharePolicy(stack, "Policy")
    return bc.SageMakerJobQueue(
        stack, "Queue", service_environment=environment, scheduling_policy=policy, **more
    )


def test_a_platform_of_quotas_passes_the_rules() -> None:
    """There are no findings, and AWS's schemas accept the resources."""
    stack = cdk.Stack(cdk.App(), "Stack")
    queue = platform(
        stack,
        job_state_time_limits=[
            bc.JobStateTimeLimit(
                reason=bc.TimeLimitReason.SERVICE_MAX_RESOURCE, max_time=cdk.Duration.minutes(10)
            )
        ],
    )
    share = bc.QuotaShare(
        stack,
        "Team",
        job_queue=queue,
        quota_share_name="team",
        capacity_limits=[bc.CapacityLimit(max_capacity=4, capacity_unit=UNIT)],
        borrow_limit=50,
        in_share_preemption=True,
    )
    assert share.quota_share_name == "team"
    assert_no_findings(stack, warnings=True)
    resources = json.loads((synthesized(stack) / "Stack.template.json").read_text())["Resources"]
    found = {each["Type"].rsplit("::", 1)[-1]: each["Properties"] for each in resources.values()}
    limits = [{"CapacityUnit": UNIT, "MaxCapacity": 8}]
    assert found["ServiceEnvironment"] == {
        "ServiceEnvironmentType": "SAGEMAKER_TRAINING",
        "State": "ENABLED",
        "CapacityLimits": limits,
    }
    assert found["SchedulingPolicy"] == {"QuotaSharePolicy": {"IdleResourceAssignmentStrategy": "FIFO"}}
    assert found["JobQueue"]["JobQueueType"] == "SAGEMAKER_TRAINING"
    assert found["JobQueue"]["JobStateTimeLimitActions"][0]["Action"] == "TERMINATE"
    assert "ComputeEnvironmentOrder" not in found["JobQueue"]
    assert found["QuotaShare"]["ResourceSharingConfiguration"] == {
        "Strategy": "LEND_AND_BORROW",
        "BorrowLimit": 50,
    }
    assert found["QuotaShare"]["PreemptionConfiguration"] == {"InSharePreemption": "ENABLED"}


def test_who_submits_may_hand_over_the_training_role_and_no_other(stack, synth) -> None:
    """The resources are the queue, its shares and new jobs; the role may be passed to SageMaker only."""
    queue = platform(stack)
    training = iam.Role(stack, "TrainingRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    who = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    queue.grant_submit_service_job(who, training_roles=[training])
    queue.grant_end_service_jobs(who)
    resources = synth()
    [policy] = [each for each in resources.values() if each["Type"] == "AWS::IAM::Policy"]
    submit, hand_over, end, look = policy["Properties"]["PolicyDocument"]["Statement"]
    assert submit["Action"] == "batch:SubmitServiceJob"
    assert len(submit["Resource"]) == 3
    assert concrete(submit["Resource"][2], resources).endswith(":service-job/*")
    assert hand_over["Action"] == "iam:PassRole"
    assert hand_over["Resource"]["Fn::GetAtt"][0].startswith("TrainingRole")
    assert hand_over["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert end["Action"] == "batch:TerminateServiceJob"
    assert look["Resource"] == "*"
    with pytest.raises(ValueError, match="needs at least one training role"):
        queue.grant_submit_service_job(who, training_roles=[])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"capacity_limits": []}, "capacity_limits"),
        (
            {"capacity_limits": [bc.CapacityLimit(max_capacity=1)] * 2},
            "each unit once, got NUM_INSTANCES 2 times",
        ),
        (
            {"capacity_limits": [bc.CapacityLimit(max_capacity=1)], "service_environment_name": "?"},
            "name must be",
        ),
    ],
)
def test_an_impossible_environment_is_refused(stack, arguments, message) -> None:
    """Fails, and adds nothing to the tree."""
    with pytest.raises(ValueError, match=message):
        bc.ServiceEnvironment(stack, "Training", **arguments)
    assert not stack.node.children


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_capacity": 0}, "max_capacity must be at least 1"),
        ({"max_capacity": 1, "capacity_unit": "p5"}, "capacity_unit must be"),
    ],
)
def test_an_impossible_limit_is_refused(arguments, message) -> None:
    """Fails when it is created."""
    with pytest.raises(ValueError, match=message):
        bc.CapacityLimit(**arguments)


@pytest.mark.parametrize("count", [1, 5])
def test_a_share_has_up_to_five_limits(stack, count) -> None:
    """Both ends are accepted."""
    limits = [bc.CapacityLimit(max_capacity=1, capacity_unit=f"ml.m{n}.large") for n in range(count)]
    bc.QuotaShare(stack, "Team", job_queue=platform(stack), quota_share_name="team", capacity_limits=limits)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"capacity_limits": []}, "the length of capacity_limits"),
        ({"capacity_limits": [bc.CapacityLimit(max_capacity=1)] * 6}, "the length of capacity_limits"),
        ({"quota_share_name": "a b"}, "quota_share_name must be"),
        ({"borrow_limit": -2}, "borrow_limit must be"),
        ({"borrow_limit": 5, "resource_sharing": bc.ResourceSharing.LEND}, "goes with LEND_AND_BORROW only"),
    ],
)
def test_an_impossible_share_is_refused(stack, arguments, message) -> None:
    """Fails, and adds nothing to the tree."""
    queue = platform(stack)
    before = len(stack.node.children)
    given_ = {
        "quota_share_name": "team",
        "capacity_limits": [bc.CapacityLimit(max_capacity=1)],
        **arguments,
    }
    with pytest.raises(ValueError, match=message):
        bc.QuotaShare(stack, "Team", job_queue=queue, **given_)
    assert len(stack.node.children) == before


RULES = st.builds(
    bc.ServiceJobRetryRule,
    action=st.sampled_from(bc.RetryAction),
    on_status_reason=st.sampled_from(
        ["*CapacityError*", "Received status from SageMaker: InternalServerError*", "*"]
    ),
)
REQUESTS = st.builds(
    bc.ServiceJobRequest,
    job_name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", fullmatch=True),
    job_queue=st.just("training"),
    training_job=st.just(TRAINING),
    attempts=st.integers(1, 10),
    evaluate_on_exit=st.lists(RULES, max_size=5),
    timeout_seconds=st.none() | st.integers(60, 10**6),
    share_identifier=st.none(),
    quota_share_name=st.none() | st.just("team"),
    preemption_retries=st.none() | st.integers(0, 5),
    scheduling_priority=st.none() | st.integers(0, 9_999),
    tags=st.dictionaries(st.sampled_from(["team", "cost"]), st.just("x")),
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(request=REQUESTS)
def test_every_request_is_one_that_boto3_takes(request: bc.ServiceJobRequest) -> None:
    """The client's own validation accepts it, and the payload is the training job."""
    arguments = request.to_boto3()
    assert ParamValidator().validate(arguments, SUBMIT).generate_report() == ""
    assert json.loads(arguments["serviceRequestPayload"]) == TRAINING


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"job_name": "-x"}, "job_name must be"),
        ({"attempts": 11}, "attempts must be from 1 to 10"),
        ({"attempts": 0}, "attempts must be from 1 to 10"),
        ({"timeout_seconds": 59}, "timeout_seconds must be at least 60"),
        ({"scheduling_priority": 10_000}, "scheduling_priority must be from 0 to 9,999"),
        ({"preemption_retries": -1}, "preemption_retries must be at least 0"),
        ({"share_identifier": "a", "quota_share_name": "b"}, "got both: 'a' and 'b'"),
        ({"training_job": {"TrainingJobName": "x"}}, "got no RoleArn, OutputDataConfig"),
        ({"training_job": {**TRAINING, "Environment": {"a": "x" * 10_240}}}, "at most 10,240 bytes as JSON"),
        ({"training_job": {**TRAINING, "x": float("nan")}}, "data that JSON can hold"),
        (
            {"evaluate_on_exit": [bc.ServiceJobRetryRule(action=bc.RetryAction.EXIT, on_status_reason="*")]},
            "evaluate_on_exit needs attempts",
        ),
    ],
)
def test_an_impossible_request_is_refused(arguments, message) -> None:
    """Fails when it is created."""
    with pytest.raises(ValueError, match=message):
        bc.ServiceJobRequest(**{"job_name": "a", "job_queue": "q", "training_job": TRAINING, **arguments})


def test_a_reason_has_stars_at_its_ends_only() -> None:
    """AWS's page on service job retries has `*CapacityError*`; a star inside a reason has no meaning."""
    rule = bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason="*CapacityError*")
    assert rule.on_status_reason == "*CapacityError*"

    with pytest.raises(ValueError, match="on_status_reason must be"):
        bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason="a*b")


def test_a_request_takes_the_queue_itself(stack: cdk.Stack) -> None:
    """In an app, for the shell command; boto3 refuses values that exist only after the deploy."""
    from batch_constructs import CapacityLimit, SageMakerJobQueue, ServiceEnvironment, ServiceJobRequest

    environment = ServiceEnvironment(stack, "Training", capacity_limits=[CapacityLimit(max_capacity=1)])
    queue = SageMakerJobQueue(stack, "Line", service_environment=environment)
    payload = {
        "TrainingJobName": "train",
        "RoleArn": "arn:aws:iam::123456789012:role/train",
        "OutputDataConfig": {"S3OutputPath": "s3://models/"},
    }
    request = ServiceJobRequest(job_name="train", job_queue=queue, training_job=payload)
    assert queue.job_queue_arn in request.to_aws_cli()
    with pytest.raises(ValueError, match="jobQueue must be known when to_boto3 is called"):
        request.to_boto3()


@pytest.mark.parametrize(
    ("service", "reason", "way"),
    [
        (True, bc.TimeLimitReason.JOB_RESOURCE_REQUIREMENT, "for_service_jobs"),
        (False, bc.TimeLimitReason.QUOTA_MANAGEMENT_LIMIT, "for_misconfigurations"),
    ],
)
def test_fails_when_a_time_limit_would_never_apply(
    stack: cdk.Stack,
    service: bool,
    reason: bc.TimeLimitReason,
    way: str,
) -> None:
    """Fails for a reason that never occurs in this kind of queue; missing capacity occurs in both."""
    limits = [bc.JobStateTimeLimit(reason=reason, max_time=cdk.Duration.hours(1))]
    capacity = [bc.JobStateTimeLimit.for_insufficient_capacity()]
    if service:
        environment = bc.ServiceEnvironment(
            stack, "Training", capacity_limits=[bc.CapacityLimit(max_capacity=2)]
        )
        bc.SageMakerJobQueue(stack, "Fine", service_environment=environment, job_state_time_limits=capacity)
        with pytest.raises(ValueError, match=rf"got {reason.name}: take JobStateTimeLimit\.{way}"):
            bc.SageMakerJobQueue(
                stack, "Queue", service_environment=environment, job_state_time_limits=limits
            )
        return
    arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/spot"
    spot = bc.Ec2ComputeEnvironment.from_compute_environment_arn(stack, "Spot", arn)
    bc.JobQueue(stack, "Fine", compute_environments=[spot], job_state_time_limits=capacity)
    with pytest.raises(ValueError, match=rf"got {reason.name}: take JobStateTimeLimit\.{way}"):
        bc.JobQueue(stack, "Queue", compute_environments=[spot], job_state_time_limits=limits)


@pytest.mark.parametrize(
    "reason", ["*CapacityError*", "Received status from SageMaker: *", "*", "Rec*", "${Token[A.1]}"]
)
def test_the_guides_common_patterns_pass_without_a_word(
    reason: str, recwarn: pytest.WarningsRecorder
) -> None:
    """Those with SageMaker's prefix, and those that begin with a star."""
    bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason=reason)
    assert list(recwarn) == []


@pytest.mark.parametrize("reason", ["Capacity*", "InternalServerError", "Received status from Batch: *"])
def test_a_reason_that_sagemaker_never_gives_is_told(reason: str) -> None:
    """SageMaker's reasons all have the same prefix, so the pattern would never match."""
    with pytest.warns(UserWarning, match="matches no reason of SageMaker") as told:
        bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason=reason)
    assert told[0].filename == __file__


def test_fails_when_a_reason_is_empty() -> None:
    """The API requires it."""
    with pytest.raises(ValueError, match="on_status_reason must be"):
        bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason="")
