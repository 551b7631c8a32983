"""Definitions for EC2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Ec2JobDefinition, RetryStrategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def define(stack: Stack, id: str = "Job", **arguments: Any) -> Ec2JobDefinition:
    """Define a small job; arguments can be changed."""
    from aws_cdk import Size

    return Ec2JobDefinition(
        stack, id, **{"image": "busybox:1.36", "vcpus": 1, "memory": Size.mebibytes(512), **arguments}
    )


def test_a_definition_asks_for_what_it_is_given(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Sizes are strings for CloudFormation; GPUs are rendered only if there are some."""
    define(stack, vcpus=4, gpus=1, command=["run", "Ref::file"], parameters={"file": "a"})
    rendered = only(DEFINITION)
    container = rendered["ContainerProperties"]
    assert rendered["Type"] == "container"
    assert rendered["PlatformCapabilities"] == ["EC2"]
    assert rendered["Parameters"] == {"file": "a"}
    assert container["Command"] == ["run", "Ref::file"]
    assert container["ResourceRequirements"] == [
        {"Type": "VCPU", "Value": "4"},
        {"Type": "MEMORY", "Value": "512"},
        {"Type": "GPU", "Value": "1"},
    ]


def test_output_goes_to_a_log_group_that_forgets(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """Pain 17 (aws-cdk#11218): its own group has a retention, unlike ``/aws/batch/job``."""
    definition = define(stack)
    found = synth()
    options = found[stack.get_logical_id(definition.cfn)]["Properties"]["ContainerProperties"][
        "LogConfiguration"
    ]
    group = options["Options"]["awslogs-group"]["Ref"]
    assert options["LogDriver"] == "awslogs"
    assert found[group]["Properties"]["RetentionInDays"] == 30


def test_without_secrets_the_instance_role_starts_the_job(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """A simple definition makes two resources: itself and its log group."""
    define(stack)
    assert sorted(each["Type"] for each in synth().values()) == [DEFINITION, "AWS::Logs::LogGroup"]


def test_secrets_bring_a_role_that_may_read_them(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The execution role may read this secret and write this log, and the job gets the variable."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = secretsmanager.Secret.from_secret_complete_arn(
        stack, "Secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-abcdef"
    )
    define(stack, secrets={"PASSWORD": batch.Secret.from_secrets_manager(secret, "password")})
    container = only(DEFINITION)["ContainerProperties"]
    [variable] = container["Secrets"]
    assert variable["Name"] == "PASSWORD"
    assert variable["ValueFrom"].startswith(secret.secret_arn)
    assert "ExecutionRoleArn" in container
    actions = [each["Action"] for each in only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]]
    assert ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"] in actions


def test_a_grant_gives_the_code_inside_a_role(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """``bucket.grant_read(definition)`` is enough for a job to read its input."""
    from aws_cdk import aws_s3 as s3

    definition = define(stack)
    bucket = s3.Bucket.from_bucket_name(stack, "Media", "media")
    bucket.grant_read(definition)
    bucket.grant_put(definition)
    found = synth()
    container = found[stack.get_logical_id(definition.cfn)]["Properties"]["ContainerProperties"]
    role = container["JobRoleArn"]["Fn::GetAtt"][0]
    assert found[role]["Type"] == "AWS::IAM::Role"
    assert sum(each["Type"] == "AWS::IAM::Role" for each in found.values()) == 1
    [policy] = [each for each in found.values() if each["Type"] == "AWS::IAM::Policy"]
    assert policy["Properties"]["Roles"] == [{"Ref": role}]


def test_the_cdks_container_images_fit(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """An image from a private registry has its credentials with it."""
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = secretsmanager.Secret.from_secret_complete_arn(
        stack, "Secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-abcdef"
    )
    define(stack, image=ecs.ContainerImage.from_registry("registry.example.com/align:1", credentials=secret))
    container = only(DEFINITION)["ContainerProperties"]
    assert container["Image"] == "registry.example.com/align:1"
    assert container["RepositoryCredentials"] == {"CredentialsParameter": secret.secret_arn}
    # ECS reads them with the execution role, without which no job would start.
    policy = only("AWS::IAM::Policy")
    assert policy["Roles"] == [{"Ref": container["ExecutionRoleArn"]["Fn::GetAtt"][0]}]
    assert any(each["Resource"] == secret.secret_arn for each in policy["PolicyDocument"]["Statement"])


def test_retries_and_timeout_are_rendered(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Rules keep their order; the timeout is in seconds."""
    from aws_cdk import Duration

    define(stack, retry_strategy=RetryStrategy.on_spot_reclaim(attempts=2), timeout=Duration.minutes(1))
    rendered = only(DEFINITION)
    assert rendered["Timeout"] == {"AttemptDurationSeconds": 60}
    assert rendered["RetryStrategy"]["Attempts"] == 2
    assert rendered["RetryStrategy"]["EvaluateOnExit"][0] == {
        "Action": "RETRY",
        "OnStatusReason": "Host EC2*",
    }
    assert rendered["RetryStrategy"]["EvaluateOnExit"][-1] == {"Action": "EXIT", "OnReason": "*"}


def bad_arguments() -> list[tuple[dict[str, Any], str]]:
    """Return arguments that AWS refuses, each with the beginning of our message."""
    from aws_cdk import Duration, Size

    return [
        ({"image": ""}, "image must be an image reference"),
        ({"image": "a" * 256}, "image must be an image reference"),
        ({"vcpus": 0}, "vcpus must be at least 1 vCPUs, got 0"),
        ({"vcpus": 0.5}, "vcpus must be a whole number, at least 1 vCPUs, got 0.5"),
        ({"memory": Size.mebibytes(3)}, "memory must be at least 4 MiB, got 3"),
        ({"gpus": 0}, "gpus must be at least 1 GPUs, got 0"),
        ({"timeout": Duration.seconds(59)}, "timeout must be at least 60 seconds, got 59"),
        ({"scheduling_priority": 10_000}, "scheduling_priority must be from 0 to 9,999, got 10000"),
        ({"job_definition_name": "bad name!!"}, "job_definition_name must be 1 to 128 letters"),
        ({"environment": {"AWS_BATCH_X": "1"}}, "the environment name 'AWS_BATCH_X' must be"),
        (
            {"environment": {"A": "1"}, "secrets": {"A": object()}},
            "in environment or in secrets, not in both, got A",
        ),
        ({"command": ["a", ""]}, "command must not hold an empty string, got one at index 1"),
    ]


@pytest.mark.parametrize("number", range(12))
def test_fails_when_arguments_are_impossible(stack: Stack, number: int) -> None:
    """Fails when AWS would refuse the value, before anything is in the tree."""
    arguments, message = bad_arguments()[number]
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        define(stack, **arguments)
    assert len(stack.node.children) == before


def test_all_contradictions_of_a_call_are_reported_together(stack: Stack) -> None:
    """Fails when three things are wrong, and names all three."""
    with pytest.raises(ValueError, match="vcpus") as error:
        define(stack, vcpus=0, image="", job_definition_name="?")
    assert len(str(error.value).splitlines()) == 3


def test_the_ends_of_the_ranges_pass(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The smallest job that AWS takes is legal."""
    from aws_cdk import Duration, Size

    define(stack, memory=Size.mebibytes(4), timeout=Duration.seconds(60), scheduling_priority=9999)
    assert only(DEFINITION)["SchedulingPriority"] == 9999


def test_tokens_pass_untouched(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """A value that only CloudFormation knows is never an error."""
    from aws_cdk import CfnParameter, Duration, Size

    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    define(
        stack,
        image=text,
        vcpus=number,
        gpus=number,
        memory=Size.mebibytes(number),
        timeout=Duration.seconds(number),
        scheduling_priority=number,
        command=[text],
        environment={"NAME": text},
        job_definition_name=text,
    )
    rendered = only(DEFINITION)
    container = rendered["ContainerProperties"]
    assert {each["Type"]: each["Value"] for each in container["ResourceRequirements"]} == {
        "VCPU": {"Ref": "Number"},
        "MEMORY": {"Ref": "Number"},
        "GPU": {"Ref": "Number"},
    }
    assert rendered["Timeout"]["AttemptDurationSeconds"] == {"Ref": "Number"}
    assert container["Image"] == rendered["JobDefinitionName"] == {"Ref": "Text"}


def test_imported_definitions_know_their_name(stack: Stack) -> None:
    """The name is the same with or without a revision; any other ARN fails."""
    arn = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"
    for name, each in {"Plain": arn, "Revision": f"{arn}:3"}.items():
        imported = Ec2JobDefinition.from_job_definition_arn(stack, name, each)
        assert stack.resolve(imported.job_definition_name) == "align"
    with pytest.raises(ValueError, match="job_definition_arn must look like"):
        Ec2JobDefinition.from_job_definition_arn(stack, "Wrong", "arn:aws:batch:eu-west-1:1:job-queue/q")
    by_name = Ec2JobDefinition.from_job_definition_name(stack, "Named", "align")
    assert stack.resolve(by_name.job_definition_arn)["Fn::Join"][1][-1] == ":job-definition/align"


def test_a_secret_opens_a_private_registry(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """For an image by its address the execution role is made and may read the secret, without rights of ECS."""
    from aws_cdk import aws_secretsmanager as secretsmanager

    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-abcdef"
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", arn)
    define(stack, image="registry.example.com/align:1", repository_credentials=secret)
    container = only(DEFINITION)["ContainerProperties"]
    assert container["RepositoryCredentials"] == {"CredentialsParameter": arn}
    policy = only("AWS::IAM::Policy")
    assert policy["Roles"] == [{"Ref": container["ExecutionRoleArn"]["Fn::GetAtt"][0]}]
    assert any(each["Resource"] == arn for each in policy["PolicyDocument"]["Statement"])


def test_fails_when_an_image_has_two_credentials(stack: Stack) -> None:
    """Fails when the image is one of the CDK's, which has its own credentials."""
    from aws_cdk import aws_ecs as ecs

    image = ecs.ContainerImage.from_registry("registry.example.com/align:1")
    with pytest.raises(ValueError, match="repository_credentials are for an image that is given by its"):
        define(stack, image=image, repository_credentials=object())


def test_commands_are_run_in_jobs_by_ecs_exec(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """The job's role gets the right to open the channels, which no other right includes."""
    define(stack, enable_execute_command=True)
    container = only(DEFINITION)["ContainerProperties"]
    assert container["EnableExecuteCommand"] is True
    policy = only("AWS::IAM::Policy")
    assert policy["Roles"] == [{"Ref": container["JobRoleArn"]["Fn::GetAtt"][0]}]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ]


def test_tags_of_a_definition_reach_its_tasks(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Pain 27 (metaflow#632): the tags are in the definition, with the switch that propagates them."""
    define(stack, tags={"project": "genomes"})
    rendered = only(DEFINITION)
    assert (rendered["Tags"], rendered["PropagateTags"]) == ({"project": "genomes"}, True)


def test_fails_when_tags_are_reserved(stack: Stack) -> None:
    """Fails with the key in the message."""
    with pytest.raises(ValueError, match="the tag key 'aws:x' must be"):
        define(stack, tags={"aws:x": "1"})
