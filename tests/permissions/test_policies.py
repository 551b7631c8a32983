"""The user guide's example policies, as a simulator of IAM decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    JobQueue,
    RegistrationConditions,
    allow_read,
    allow_register_job_definition,
    allow_submit_job,
    allow_submit_job_with_share_identifier,
    allow_submit_service_job,
    deny_register_job_definition_if_all,
    deny_register_job_definition_if_any,
)
from tests.permissions.simulator import ALLOWED, DENIED, FORBIDDEN, Request, batch_arn, concrete, decide

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk import aws_iam as iam

QUEUE, OTHER_QUEUE = batch_arn("job-queue/nightly"), batch_arn("job-queue/daily")
DEFINITION, OTHER_DEFINITION = batch_arn("job-definition/JobDefA_1"), batch_arn("job-definition/other")
JOB = batch_arn("job/1b3f")
ROLE = "arn:aws:iam::123456789012:role/jobs"


def policy(stack: Stack, *statements: iam.PolicyStatement, partition: str = "aws") -> Any:
    """Return the statements as a policy of an account after a deploy."""
    from aws_cdk import aws_iam as iam

    document = stack.resolve(iam.PolicyDocument(statements=list(statements), minimize=False))
    return concrete(document, {}, partition=partition)


def submit(resource: str) -> Request:
    return Request("batch:SubmitJob", resource)


def register(definition: str = DEFINITION, **keys: str) -> Request:
    """Return a registration of a container with these values; others are omitted."""
    return Request(
        "batch:RegisterJobDefinition", definition, {f"batch:{key}": value for key, value in keys.items()}
    )


def imported(stack: Stack) -> Any:
    return JobQueue.from_job_queue_arn(stack, "Queue", QUEUE)


def test_allow_read_shows_everything_and_changes_nothing(stack: Stack) -> None:
    """The first example: all actions that begin with Describe, List and Get."""
    assert decide(
        policy(stack, allow_read()),
        Request("batch:DescribeJobs", "*"),
        Request("batch:ListSchedulingPolicies", "*"),
        Request("batch:ListTagsForResource", QUEUE),
        Request("batch:GetJobQueueSnapshot", QUEUE),
        Request("batch:CancelJob", JOB),
        submit(QUEUE),
        register(),
    ) == [ALLOWED, ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED, DENIED]


def test_allow_submit_job_by_prefix_goes_to_any_queue(stack: Stack) -> None:
    """The third example: names with the prefix, in any revision or none."""
    assert decide(
        policy(stack, allow_submit_job(definition_prefix="JobDefA_")),
        submit(QUEUE),
        submit(OTHER_QUEUE),
        submit(DEFINITION),
        submit(f"{DEFINITION}:12"),
        submit(OTHER_DEFINITION),
        submit(f"{OTHER_DEFINITION}:1"),
    ) == [ALLOWED, ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED]


def test_allow_submit_job_to_a_queue_takes_any_definition(stack: Stack) -> None:
    """The fourth example: one queue, and no jobs of another account."""
    assert decide(
        policy(stack, allow_submit_job(queue=imported(stack))),
        submit(QUEUE),
        submit(f"{OTHER_DEFINITION}:1"),
        submit(OTHER_QUEUE),
        submit(batch_arn("job-definition/other:1", account="210987654321")),
    ) == [ALLOWED, ALLOWED, DENIED, DENIED]


def test_allow_submit_job_takes_queues_of_every_make(stack: Stack) -> None:
    """The CDK's own queue works like ours; its ``Ref`` is its ARN."""
    from aws_cdk import aws_batch as batch

    queue = batch.CfnJobQueue(stack, "L1", priority=1, compute_environment_order=[])
    resources = stack.resolve(allow_submit_job(queue=queue).to_statement_json())["Resource"]
    assert resources[1] == {"Ref": "L1"}


def test_policies_hold_in_every_partition(stack: Stack) -> None:
    """In China the ARNs begin with ``arn:aws-cn``."""
    chinese = policy(stack, allow_submit_job(definition_prefix="JobDefA_"), partition="aws-cn")
    assert decide(
        chinese,
        submit(batch_arn("job-definition/JobDefA_1:1", partition="aws-cn")),
        submit(batch_arn("job-definition/other:1", partition="aws-cn")),
    ) == [ALLOWED, DENIED]


def test_allow_submit_job_with_share_identifier_refuses_other_shares(stack: Stack) -> None:
    """The seventh example: the key belongs to the job, so one refusal there refuses the submission."""
    statements = allow_submit_job_with_share_identifier(
        "lowCpu", queue=imported(stack), definition_prefix="JobDefA_"
    )
    assert decide(
        policy(stack, *statements),
        submit(QUEUE),
        submit(f"{DEFINITION}:1"),
        Request("batch:SubmitJob", JOB, {"batch:ShareIdentifier": "lowCpu"}),
        Request("batch:SubmitJob", JOB, {"batch:ShareIdentifier": "highCpu"}),
        submit(JOB),
        submit(OTHER_QUEUE),
        submit(f"{OTHER_DEFINITION}:1"),
    ) == [ALLOWED, ALLOWED, ALLOWED, DENIED, DENIED, DENIED, DENIED]


def test_a_share_identifier_may_be_a_prefix(stack: Stack) -> None:
    """A pattern stays a pattern, also for the key on queue and definition."""
    statements = allow_submit_job_with_share_identifier("low*", "mid")
    assert decide(
        policy(stack, *statements),
        Request("batch:SubmitJob", JOB, {"batch:ShareIdentifier": "lowMemory"}),
        Request("batch:SubmitJob", JOB, {"batch:ShareIdentifier": "mid"}),
        Request("batch:SubmitJob", JOB, {"batch:ShareIdentifier": "middle"}),
    ) == [ALLOWED, ALLOWED, DENIED]
    conditions = [stack.resolve(each.to_statement_json())["Condition"] for each in statements]
    shares = {"batch:ShareIdentifier": ["low*", "mid"]}
    assert conditions == [{"StringLikeIfExists": shares}, {"StringLike": shares}]


def test_allow_register_job_definition_holds_a_team_to_its_image_user_and_role(stack: Stack) -> None:
    """The second example; a definition without user or flag is refused, too."""
    from aws_cdk import aws_iam as iam

    conditions = RegistrationConditions(images=["my/image"], users=["nobody"], privileged=False)
    statements = allow_register_job_definition(
        conditions, definition_prefix="JobDefA_", roles=[iam.Role.from_role_arn(stack, "Jobs", ROLE)]
    )
    tasks = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    assert decide(
        policy(stack, *statements),
        register(Image="my/image", User="nobody", Privileged="false"),
        Request("batch:DeregisterJobDefinition", f"{DEFINITION}:3"),
        Request("iam:PassRole", ROLE, tasks),
        register(Image="my/other", User="nobody", Privileged="false"),
        register(Image="my/image", User="root", Privileged="false"),
        register(Image="my/image", User="nobody", Privileged="true"),
        register(Image="my/image", User="nobody"),
        register(Image="my/image", Privileged="false"),
        register(OTHER_DEFINITION, Image="my/image", User="nobody", Privileged="false"),
        Request("batch:DeregisterJobDefinition", f"{OTHER_DEFINITION}:3"),
        Request("iam:PassRole", f"{ROLE}-2", tasks),
        Request("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ) == [*[ALLOWED] * 3, *[DENIED] * 9]


def test_allow_register_job_definition_without_conditions_asks_for_the_name_only(stack: Stack) -> None:
    """It passes no role."""
    statements = allow_register_job_definition(definition_prefix="JobDefA_")
    assert decide(
        policy(stack, *statements),
        register(Image="any", Privileged="true"),
        register(OTHER_DEFINITION),
        Request("iam:PassRole", ROLE),
    ) == [ALLOWED, DENIED, DENIED]


def test_deny_if_all_needs_all_conditions_in_one_container(stack: Stack) -> None:
    """The fifth example: keys of one statement are ANDed."""
    conditions = RegistrationConditions(images=["string1"], log_drivers=["syslog"])
    statements = [*allow_register_job_definition(), deny_register_job_definition_if_all(conditions)]
    assert decide(
        policy(stack, *statements),
        register(Image="string1", LogDriver="syslog"),
        register(Image="string1", LogDriver="awslogs"),
        register(Image="other", LogDriver="syslog"),
        register(Image="string1"),
    ) == [FORBIDDEN, ALLOWED, ALLOWED, ALLOWED]


def test_deny_if_any_needs_one_condition(stack: Stack) -> None:
    """The sixth example: one statement for each key."""
    conditions = RegistrationConditions(images=["string1"], log_drivers=["syslog"], privileged=True)
    statements = [*allow_register_job_definition(), *deny_register_job_definition_if_any(conditions)]
    assert decide(
        policy(stack, *statements),
        register(Image="string1", LogDriver="awslogs"),
        register(Image="other", LogDriver="syslog"),
        register(Image="other", LogDriver="awslogs", Privileged="true"),
        register(Image="other", LogDriver="awslogs", Privileged="false"),
        register(),
    ) == [FORBIDDEN, FORBIDDEN, FORBIDDEN, ALLOWED, ALLOWED]


def test_fails_when_no_share_identifier_is_given() -> None:
    """Fails if the policy would allow nothing, or if a share cannot have the name."""
    with pytest.raises(ValueError, match="at least one share identifier must be given"):
        allow_submit_job_with_share_identifier()
    with pytest.raises(ValueError, match=r"a share identifier must be 1 to 255 .*got '\*low'"):
        allow_submit_job_with_share_identifier("*low")


@pytest.mark.parametrize("prefix", ["job:1", "*", "a/b"])
def test_fails_when_a_prefix_holds_what_no_name_holds(prefix: str) -> None:
    """Fails if the prefix would match other resources or none."""
    with pytest.raises(ValueError, match="definition_prefix must be"):
        allow_submit_job(definition_prefix=prefix)


TRAINING_QUEUE = batch_arn("job-queue/training")
SERVICE_JOB = batch_arn("service-job/1b3f")
TRAINING_ROLE = "arn:aws:iam::123456789012:role/train"


def service_policy(stack: Stack, **arguments: Any) -> Any:
    from aws_cdk import aws_iam as iam

    from batch_constructs import ImportedJobQueue

    role = iam.Role.from_role_arn(stack, "Training", TRAINING_ROLE)
    queue = ImportedJobQueue(stack, "Queue", job_queue_arn=TRAINING_QUEUE)
    return policy(stack, *allow_submit_service_job(training_roles=[role], queue=queue, **arguments))


def asked(resource: str, priority: int | None, share: str | None = None) -> Request:
    """Return a submission: IAM checks the queue and the job, and only the job has a share."""
    context = {} if priority is None else {"batch:SchedulingPriority": str(priority)}
    return Request("batch:SubmitServiceJob", resource, context | ({} if share is None else {SHARE: share}))


SHARE = "batch:ShareIdentifier"


def test_allow_submit_service_job_holds_to_shares_and_priorities(stack: Stack) -> None:
    """It refuses a priority above the limit, another share, and a job without a share."""
    held = service_policy(stack, share_identifiers=["low*"], maximum_scheduling_priority=10)
    assert (
        decide(
            held,
            asked(TRAINING_QUEUE, 10),
            asked(f"{TRAINING_QUEUE}/quota-share/team", None),
            asked(SERVICE_JOB, 10, "lowCpu"),
            asked(SERVICE_JOB, None, "low"),
            Request("iam:PassRole", TRAINING_ROLE, {"iam:PassedToService": "sagemaker.amazonaws.com"}),
        )
        == [ALLOWED] * 5
    )
    assert (
        decide(
            held,
            asked(TRAINING_QUEUE, 11),
            asked(SERVICE_JOB, 11, "low"),
            asked(SERVICE_JOB, 10, "high"),
            asked(SERVICE_JOB, 10),
            asked(batch_arn("job-queue/other"), 10),
            Request("iam:PassRole", TRAINING_ROLE, {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        )
        == [DENIED] * 6
    )


def test_allow_submit_service_job_without_limits_takes_any_share_and_priority(stack: Stack) -> None:
    """It is still limited to the queue."""
    assert decide(
        service_policy(stack),
        asked(TRAINING_QUEUE, 9_999),
        asked(SERVICE_JOB, None),
        asked(SERVICE_JOB, 9_999, "any"),
        asked(batch_arn("job-queue/other"), None),
    ) == [ALLOWED, ALLOWED, ALLOWED, DENIED]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"maximum_scheduling_priority": 10_000}, "maximum_scheduling_priority must be from 0 to 9,999"),
        ({"share_identifiers": ["a*b"]}, "a share identifier must be"),
    ],
)
def test_fails_when_a_limit_is_none(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails for impossible shares and priorities, and without a role."""
    with pytest.raises(ValueError, match=message):
        service_policy(stack, **arguments)
    with pytest.raises(ValueError, match="at least one training role"):
        allow_submit_service_job(training_roles=[])
