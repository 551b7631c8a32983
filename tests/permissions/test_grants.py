"""The rights of the ``grant_*`` methods of queues and definitions, as a simulator of IAM decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Ec2JobDefinition, ExecutionRole, FargateJobDefinition, JobQueue
from batch_constructs.job_definitions.base import JobDefinitionBase
from tests.permissions.simulator import ALLOWED, DENIED, Request, batch_arn, decide, policy_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam

QUEUE, OTHER_QUEUE = batch_arn("job-queue/nightly"), batch_arn("job-queue/daily")
DEFINITION = batch_arn("job-definition/align")
TO_TASKS = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}


@pytest.fixture
def role(stack: Stack) -> iam.Role:
    from aws_cdk import aws_iam as iam

    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


@pytest.fixture
def policy(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], role: iam.Role) -> Callable[[], Any]:
    """Return the policy of the role after synth."""
    from aws_cdk import aws_iam as iam

    child = role.node.default_child
    assert isinstance(child, iam.CfnRole)
    return lambda: policy_of(synth(), stack.get_logical_id(child))


def fargate(stack: Stack) -> FargateJobDefinition:
    from aws_cdk import Size

    return FargateJobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.gibibytes(2))


def arn_of(stack: Stack, role: Any) -> str:
    return f"arn:aws:iam::123456789012:role/{stack.get_logical_id(role.node.default_child)}"


def test_grant_submit_job_allows_this_queue_and_definition_in_any_revision(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """Pain 14 (aws-cdk#26128, #33862): no other queue, and no definition with a longer name."""
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", f"{DEFINITION}:3")
    JobQueue.from_job_queue_arn(stack, "Queue", QUEUE).grant_submit_job(role, definition)
    assert decide(
        policy(),
        Request("batch:SubmitJob", QUEUE),
        Request("batch:SubmitJob", DEFINITION),
        Request("batch:SubmitJob", f"{DEFINITION}:4"),
        Request("batch:SubmitJob", OTHER_QUEUE),
        Request("batch:SubmitJob", f"{DEFINITION}-more:1"),
    ) == [ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED]


def test_grant_cancel_and_terminate_ends_jobs_and_does_nothing_else(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """It covers any job of the queue's account, also for an imported queue, and none of another account."""
    elsewhere = batch_arn("job-queue/nightly", account="210987654321")
    JobQueue.from_job_queue_arn(stack, "Queue", elsewhere).grant_cancel_and_terminate(role)
    job = batch_arn("job/1b3f", account="210987654321")
    assert decide(
        policy(),
        Request("batch:CancelJob", job),
        Request("batch:TerminateJob", job),
        Request("batch:TerminateJob", batch_arn("job/1b3f")),
        Request("batch:SubmitJob", elsewhere),
    ) == [ALLOWED, ALLOWED, DENIED, DENIED]


def test_grants_work_on_a_queue_of_this_app(
    stack: Stack, vpc: ec2.IVpc, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """The ARN may be known only after the deploy."""
    from batch_constructs import FargateComputeEnvironment

    environment = FargateComputeEnvironment(stack, "Fargate", vpc=vpc)
    queue = JobQueue(stack, "Queue", compute_environments=[environment])
    queue.grant_cancel_and_terminate(role)
    queue.grant_read(role)
    own = batch_arn(f"job-queue/{stack.get_logical_id(queue.cfn)}")
    assert decide(
        policy(),
        Request("batch:TerminateJob", batch_arn("job/1b3f")),
        Request("batch:GetJobQueueSnapshot", own),
        Request("batch:GetJobQueueSnapshot", OTHER_QUEUE),
        Request("batch:UpdateJobQueue", own),
    ) == [ALLOWED, ALLOWED, DENIED, DENIED]


def test_grant_read_shows_the_queue_and_jobs_and_changes_nothing(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """The snapshot is limited to this queue; IAM cannot limit the other actions."""
    JobQueue.from_job_queue_arn(stack, "Queue", QUEUE).grant_read(role)
    assert decide(
        policy(),
        Request("batch:GetJobQueueSnapshot", QUEUE),
        Request("batch:ListTagsForResource", QUEUE),
        Request("batch:DescribeJobQueues", "*"),
        Request("batch:DescribeJobs", "*"),
        Request("batch:ListJobs", "*"),
        Request("batch:GetJobQueueSnapshot", OTHER_QUEUE),
        Request("batch:DescribeComputeEnvironments", "*"),
        Request("batch:TerminateJob", batch_arn("job/1b3f")),
        Request("batch:DeleteJobQueue", QUEUE),
    ) == [*[ALLOWED] * 5, *[DENIED] * 4]


def test_grant_register_allows_this_name_and_to_pass_its_roles_to_tasks(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """It covers the execution role and a job role, even one created after the grant, for ECS tasks only."""
    definition = fargate(stack)
    definition.grant_register(role)
    job_role, execution_role = arn_of(stack, definition.job_role), arn_of(stack, definition.execution_role)
    name = batch_arn(f"job-definition/{stack.get_logical_id(definition.cfn)}")
    assert decide(
        policy(),
        Request("batch:RegisterJobDefinition", name),
        Request("batch:DeregisterJobDefinition", f"{name}:7"),
        Request("iam:PassRole", execution_role, TO_TASKS),
        Request("iam:PassRole", job_role, TO_TASKS),
        Request("iam:PassRole", job_role, {"iam:PassedToService": "ec2.amazonaws.com"}),
        Request("iam:PassRole", arn_of(stack, role), TO_TASKS),
        Request("batch:RegisterJobDefinition", f"{name}-more"),
        Request("batch:DeregisterJobDefinition", f"{DEFINITION}:7"),
        Request("batch:SubmitJob", f"{name}:7"),
    ) == [*[ALLOWED] * 4, *[DENIED] * 5]


def test_grant_register_passes_no_role_where_a_definition_has_none(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """The grant creates no role for an EC2 definition without roles."""
    from aws_cdk import Size

    definition = Ec2JobDefinition(stack, "Align", image="busybox", vcpus=1, memory=Size.gibibytes(1))
    definition.grant_register(role)
    assert decide(policy(), Request("iam:PassRole", arn_of(stack, role), TO_TASKS)) == [DENIED]
    assert definition.node.try_find_child("JobRole") is None


def test_grant_register_on_an_imported_definition_passes_the_roles_that_are_given(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """The roles of an imported definition are unknown."""
    execution_role = ExecutionRole(stack, "ExecutionRole")
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", f"{DEFINITION}:3")
    definition.grant_register(role, roles=[execution_role])
    assert decide(
        policy(),
        Request("batch:RegisterJobDefinition", DEFINITION),
        Request("iam:PassRole", arn_of(stack, execution_role), TO_TASKS),
        Request("iam:PassRole", arn_of(stack, role), TO_TASKS),
    ) == [ALLOWED, ALLOWED, DENIED]


def test_grant_register_on_an_imported_definition_may_pass_no_role(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """An empty list means no roles, unlike an omitted argument."""
    definition = JobDefinitionBase.from_job_definition_name(stack, "Align", "align")
    definition.grant_register(role, roles=[])
    assert decide(
        policy(),
        Request("batch:RegisterJobDefinition", DEFINITION),
        Request("iam:PassRole", arn_of(stack, role), TO_TASKS),
    ) == [ALLOWED, DENIED]


def test_fails_when_an_imported_definition_is_asked_for_its_roles(stack: Stack, role: iam.Role) -> None:
    """Fails without roles: none would be a guess, and all would be too many."""
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", DEFINITION)
    with pytest.raises(ValueError, match=r"grant_register needs roles.*'Stack/Align'"):
        definition.grant_register(role)


def test_grant_read_logs_allows_its_log_group_only(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """It covers every stream in it, and no write."""
    definition = fargate(stack)
    definition.grant_read_logs(role)
    group = definition.log_group.node.default_child
    name = stack.get_logical_id(group)  # type: ignore[arg-type] # the CfnLogGroup
    stream = f"arn:aws:logs:eu-west-1:123456789012:log-group:{name}:log-stream:align/default/1b3f"
    assert decide(
        policy(),
        Request("logs:GetLogEvents", stream),
        Request("logs:GetLogEvents", stream.replace(name, "another")),
        Request("logs:PutLogEvents", stream),
    ) == [ALLOWED, DENIED, DENIED]


def test_fails_when_an_imported_definition_is_asked_for_its_logs(stack: Stack, role: iam.Role) -> None:
    """Fails if the log group is unknown, rather than granting the default one."""
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", DEFINITION)
    with pytest.raises(ValueError, match="grant_read_logs needs a definition made in this app"):
        definition.grant_read_logs(role)


def queue_of(make: str, stack: Stack, vpc: ec2.IVpc) -> tuple[Any, str]:
    """Return a queue of this kind as ours, and its name after the deploy."""
    from aws_cdk import aws_batch as batch

    from batch_constructs import FargateComputeEnvironment

    if make == "imported":
        return JobQueue.from_job_queue_arn(stack, "Queue", QUEUE), "nightly"
    environment = FargateComputeEnvironment(stack, "Fargate", vpc=vpc)
    if make == "ours":
        ours = JobQueue(stack, "Queue", compute_environments=[environment])
        return ours, stack.get_logical_id(ours.cfn)
    if make == "JSON":
        from_json = JobQueue.from_cli_json(
            stack,
            "Queue",
            {
                "jobQueueName": "nightly",
                "priority": 1,
                "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "fargate"}],
            },
        )
        return from_json, stack.get_logical_id(from_json.cfn)
    order = batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
        compute_environment=environment.compute_environment_arn, order=1
    )
    if make == "L1":
        cfn = batch.CfnJobQueue(stack, "L1", priority=1, compute_environment_order=[order])
        return JobQueue.from_job_queue_arn(stack, "Queue", cfn.attr_job_queue_arn), stack.get_logical_id(cfn)
    made = batch.JobQueue(stack, "L2")
    made.add_compute_environment(batch.FargateComputeEnvironment(stack, "L2Fargate", vpc=vpc), 1)
    child = made.node.default_child
    assert isinstance(child, batch.CfnJobQueue)
    return JobQueue.from_job_queue_arn(stack, "Queue", made.job_queue_arn), stack.get_logical_id(child)


def definition_of(make: str, stack: Stack) -> tuple[Any, str]:
    """Return a definition of this kind for a queue's grant, and its name after the deploy."""
    from aws_cdk import Size
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs

    if make == "imported":
        return JobDefinitionBase.from_job_definition_arn(stack, "Align", f"{DEFINITION}:3"), "align"
    if make == "ours":
        ours = fargate(stack)
        return ours, stack.get_logical_id(ours.cfn)
    if make == "JSON":
        from_json = Ec2JobDefinition.from_cli_json(
            stack,
            "Align",
            {
                "jobDefinitionName": "align",
                "type": "container",
                "containerProperties": {
                    "image": "busybox",
                    "resourceRequirements": [
                        {"type": "VCPU", "value": "1"},
                        {"type": "MEMORY", "value": "512"},
                    ],
                },
            },
        )
        return from_json, stack.get_logical_id(from_json.cfn)
    if make == "L1":
        cfn = batch.CfnJobDefinition(stack, "Align", type="container")
        return cfn, stack.get_logical_id(cfn)
    container = batch.EcsEc2ContainerDefinition(
        stack,
        "Container",
        image=ecs.ContainerImage.from_registry("busybox"),
        cpu=1,
        memory=Size.mebibytes(512),
    )
    made = batch.EcsJobDefinition(stack, "Align", container=container)
    child = made.node.default_child
    assert isinstance(child, batch.CfnJobDefinition)
    return made, stack.get_logical_id(child)


MAKES = pytest.mark.parametrize("make", ["ours", "L2", "L1", "imported", "JSON"])


@MAKES
def test_all_grants_of_a_queue_work_for_every_make(
    make: str, stack: Stack, vpc: ec2.IVpc, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """Pain 14 (aws-cdk#37214): a queue and a definition of ours, of the L2, of an L1, imported, or from JSON."""
    queue, queue_name = queue_of(make, stack, vpc)
    definition, name = definition_of(make, stack)
    queue.grant_submit_job(role, definition)
    queue.grant_cancel_and_terminate(role)
    queue.grant_read(role)
    own = batch_arn(f"job-queue/{queue_name}")
    assert (
        decide(
            policy(),
            Request("batch:SubmitJob", own),
            Request("batch:SubmitJob", batch_arn(f"job-definition/{name}:12")),
            Request("batch:SubmitJob", batch_arn(f"job-definition/{name}")),
            Request("batch:TerminateJob", batch_arn("job/1b3f")),
            Request("batch:GetJobQueueSnapshot", own),
            Request("batch:SubmitJob", batch_arn(f"job-queue/{queue_name}2")),
            Request("batch:SubmitJob", batch_arn(f"job-definition/{name}2:1")),
            Request("batch:TerminateJob", batch_arn("job/1b3f", account="210987654321")),
            Request("batch:GetJobQueueSnapshot", OTHER_QUEUE),
            Request("batch:UpdateJobQueue", own),
        )
        == [ALLOWED] * 5 + [DENIED] * 5
    )


@MAKES
def test_revisions_of_every_make_can_be_registered(
    make: str, stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """With the one given role, and no other."""
    from aws_cdk import aws_iam as iam

    made, name = definition_of(make, stack)
    arn = made.job_definition_ref.job_definition_arn
    job_role = iam.Role(stack, "Job", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    JobDefinitionBase.from_job_definition_arn(stack, "Reference", arn).grant_register(role, roles=[job_role])
    assert (
        decide(
            policy(),
            Request("batch:RegisterJobDefinition", batch_arn(f"job-definition/{name}")),
            Request("batch:DeregisterJobDefinition", batch_arn(f"job-definition/{name}:2")),
            Request("iam:PassRole", arn_of(stack, job_role), TO_TASKS),
            Request("batch:RegisterJobDefinition", batch_arn(f"job-definition/{name}2")),
            Request("iam:PassRole", arn_of(stack, role), TO_TASKS),
            Request("iam:PassRole", arn_of(stack, job_role), {"iam:PassedToService": "ec2.amazonaws.com"}),
        )
        == [ALLOWED] * 3 + [DENIED] * 3
    )


TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}


def test_grant_submit_service_job_hands_over_the_training_role_to_sagemaker_only(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """To this queue, its shares and new jobs; ending them needs its own grant."""
    from aws_cdk import aws_iam as iam

    from batch_constructs import CapacityLimit, SageMakerJobQueue, ServiceEnvironment

    environment = ServiceEnvironment(stack, "Training", capacity_limits=[CapacityLimit(max_capacity=1)])
    queue = SageMakerJobQueue(stack, "Queue", service_environment=environment)
    training = iam.Role(stack, "TrainingRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    queue.grant_submit_service_job(role, training_roles=[training])
    queue.grant_end_service_jobs(role)
    name = stack.get_logical_id(queue.cfn)
    job = batch_arn("service-job/1b3f")
    assert (
        decide(
            policy(),
            Request("batch:SubmitServiceJob", batch_arn(f"job-queue/{name}")),
            Request("batch:SubmitServiceJob", job),
            Request("batch:TerminateServiceJob", job),
            Request("batch:DescribeServiceJob", "*"),
            Request("iam:PassRole", arn_of(stack, training), TO_SAGEMAKER),
            Request("batch:SubmitServiceJob", OTHER_QUEUE),
            Request("batch:SubmitJob", batch_arn(f"job-queue/{name}")),
            Request("iam:PassRole", arn_of(stack, training), TO_TASKS),
            Request("iam:PassRole", arn_of(stack, role), TO_SAGEMAKER),
        )
        == [ALLOWED] * 5 + [DENIED] * 4
    )


def share(resource: str, identifier: str | None = None) -> Request:
    """Return a submission in a share, or in none."""
    return Request(
        "batch:SubmitJob", resource, {} if identifier is None else {"batch:ShareIdentifier": identifier}
    )


def test_grant_submit_job_can_be_held_to_shares(
    stack: Stack, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """The key belongs to the job, so one refusal there refuses the submission."""
    align = JobDefinitionBase.from_job_definition_arn(stack, "Align", f"{DEFINITION}:3")
    sort = JobDefinitionBase.from_job_definition_arn(stack, "Sort", batch_arn("job-definition/sort"))
    queue = JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)
    queue.grant_submit_job(role, align, sort, share_identifiers=["smith-lab", "jones_*"])
    job = batch_arn("job/1b3f")
    found = policy()
    assert decide(
        found,
        share(QUEUE),
        share(f"{DEFINITION}:4"),
        share(batch_arn("job-definition/sort:1")),
        share(job, "smith-lab"),
        share(job, "jones_b"),
        share(job, "miller"),
        share(job, "smith-lab-2"),
        share(job),
        share(OTHER_QUEUE),
    ) == [*[ALLOWED] * 5, *[DENIED] * 4]
    # AWS's example has the key on queue and definition: where it is known there, it must match as well.
    own = next(each for each in found["Statement"] if QUEUE in each["Resource"])
    assert own["Condition"] == {"StringLikeIfExists": {"batch:ShareIdentifier": ["smith-lab", "jones_*"]}}


def shared_queue(stack: Stack, vpc: ec2.IVpc) -> JobQueue:
    """Return a queue whose jobs name a share."""
    from batch_constructs import FairSharePolicy, FargateComputeEnvironment

    return JobQueue(
        stack,
        "Queue",
        compute_environments=[FargateComputeEnvironment(stack, "Fargate", vpc=vpc)],
        scheduling_policy=FairSharePolicy(stack, "Policy"),
    )


@pytest.mark.parametrize(("share_identifiers", "warned"), [((), True), (["*"], False), (["smith"], False)])
def test_a_grant_of_every_share_is_said_at_synth(
    stack: Stack, vpc: ec2.IVpc, role: iam.Role, share_identifiers: list[str], warned: bool
) -> None:
    """A warning says that the grant covers all shares, unless the user says so."""
    from aws_cdk.assertions import Annotations, Match

    shared_queue(stack, vpc).grant_submit_job(role, fargate(stack), share_identifiers=share_identifiers)
    found = Annotations.from_stack(stack).find_warning(
        "/Stack/Queue", Match.string_like_regexp("grant_submit_job lets Stack/Role submit in every share")
    )
    assert bool(found) is warned


def test_every_share_can_be_meant(
    stack: Stack, vpc: ec2.IVpc, role: iam.Role, policy: Callable[[], Any]
) -> None:
    """A star gives no condition."""
    shared_queue(stack, vpc).grant_submit_job(role, fargate(stack), share_identifiers=["*"])
    assert not any("Condition" in each for each in policy()["Statement"])


def test_a_queue_without_shares_warns_of_nothing(stack: Stack, vpc: ec2.IVpc, role: iam.Role) -> None:
    """A first-in, first-out queue has no shares."""
    from aws_cdk.assertions import Annotations, Match

    queue, _ = queue_of("ours", stack, vpc)
    queue.grant_submit_job(role, fargate(stack))
    assert Annotations.from_stack(stack).find_warning("/Stack/Queue", Match.any_value()) == []


def test_grant_submit_job_can_allow_tags(stack: Stack, role: iam.Role, policy: Callable[[], Any]) -> None:
    """wri/gfw-data-api#175: on the queue and the definition, where AWS Batch requires it, and only on request."""
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", f"{DEFINITION}:3")
    queue = JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)
    queue.grant_submit_job(role, definition)
    tag = [Request("batch:TagResource", QUEUE), Request("batch:TagResource", f"{DEFINITION}:4")]
    assert decide(policy(), *tag) == [DENIED, DENIED]
    queue.grant_submit_job(role, definition, tagged=True)
    assert decide(
        policy(),
        *tag,
        Request("batch:TagResource", OTHER_QUEUE),
        Request("batch:TagResource", batch_arn("job/1b3f")),
    ) == [ALLOWED, ALLOWED, DENIED, DENIED]


def test_service_jobs_can_be_tagged_as_well(stack: Stack, role: iam.Role, policy: Callable[[], Any]) -> None:
    """On the queue and on new jobs."""
    from aws_cdk import aws_iam as iam

    from batch_constructs import CapacityLimit, SageMakerJobQueue, ServiceEnvironment

    environment = ServiceEnvironment(stack, "Training", capacity_limits=[CapacityLimit(max_capacity=1)])
    queue = SageMakerJobQueue(stack, "Queue", service_environment=environment)
    training = iam.Role(stack, "TrainingRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    queue.grant_submit_service_job(role, training_roles=[training], tagged=True)
    own = batch_arn(f"job-queue/{stack.get_logical_id(queue.cfn)}")
    assert decide(policy(), Request("batch:TagResource", own), Request("batch:TagResource", OTHER_QUEUE)) == [
        ALLOWED,
        DENIED,
    ]


def elsewhere(account: str, region: str) -> tuple[Stack, iam.Role, Stack]:
    """Return a stack with a role in one place, and an empty stack in another."""
    import aws_cdk as cdk
    from aws_cdk import aws_iam as iam

    app = cdk.App(context={"batch-constructs:checks": False})
    there = cdk.Stack(app, "There", env=cdk.Environment(account=account, region=region))
    here = cdk.Stack(app, "Here", env=cdk.Environment(account="123456789012", region="eu-west-1"))
    return there, iam.Role(there, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")), here


def test_a_role_of_another_region_gets_the_right_where_the_queue_is() -> None:
    """With the role's own Region in the definition's ARN, the policy would deny everything."""
    from aws_cdk import Size

    there, role, here = elsewhere("123456789012", "us-east-1")
    job = Ec2JobDefinition(here, "Align", image="busybox", vcpus=1, memory=Size.mebibytes(512))
    JobQueue.from_job_queue_arn(here, "Queue", QUEUE).grant_submit_job(role, job)
    job.grant_register(role)
    text = str(there.resolve(role.node.find_child("DefaultPolicy").document.to_json()))  # type: ignore[attr-defined]
    assert "eu-west-1:123456789012:" in text
    assert "AWS::Region" not in text


@pytest.mark.parametrize(
    "method",
    ["grant_submit_job", "grant_cancel_and_terminate", "grant_read", "grant_register", "grant_read_logs"],
)
def test_fails_when_the_grantee_is_of_another_account(method: str) -> None:
    """Fails if both accounts are known: resources of AWS Batch have no policies that could allow it."""
    _, role, here = elsewhere("210987654321", "eu-west-1")
    queue, job = JobQueue.from_job_queue_arn(here, "Queue", QUEUE), fargate(here)
    target = queue if hasattr(queue, method) else job
    more = [job] if method == "grant_submit_job" else []
    with pytest.raises(
        ValueError, match=f"{method} needs a grantee of the account 123456789012.*got one of 210987654321"
    ):
        getattr(target, method)(role, *more)
    assert role.node.try_find_child("DefaultPolicy") is None


def test_an_imported_queue_is_where_its_arn_says(stack: Stack) -> None:
    """So is an imported definition: jobs of one Region cannot run in a queue of another."""
    from aws_cdk import aws_iam as iam

    there = QUEUE.replace("eu-west-1", "us-east-1")
    queue = JobQueue.from_job_queue_arn(stack, "Queue", there)
    assert (queue.env.region, queue.env.account) == ("us-east-1", "123456789012")
    definition = JobDefinitionBase.from_job_definition_arn(stack, "Align", DEFINITION)
    role = iam.Role(stack, "Who", assumed_by=iam.AccountRootPrincipal())
    with pytest.raises(
        ValueError, match="must be in one Region, got a queue in us-east-1 and 'Stack/Align' in eu-west"
    ):
        queue.grant_submit_job(role, definition)
