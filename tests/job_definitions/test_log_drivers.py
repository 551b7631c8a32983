"""Log drivers of definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import (
    AwsLogs,
    Ec2JobDefinition,
    FargateJobDefinition,
    MultiNodeParallelJobDefinition,
    NodeGroup,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_secretsmanager as secretsmanager

DEFINITION = "AWS::Batch::JobDefinition"


def define(stack: Stack, **arguments: Any) -> Ec2JobDefinition:
    from aws_cdk import Size

    return Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=Size.mebibytes(512), **arguments)


def token(stack: Stack) -> secretsmanager.ISecret:
    from aws_cdk import aws_secretsmanager as secretsmanager

    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:splunk-abcdef"
    return secretsmanager.Secret.from_secret_complete_arn(stack, "Token", arn)


def test_messages_may_have_several_lines(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Options of awslogs are added to the definition's own log group."""
    define(stack, logging=AwsLogs(stream_prefix="align", datetime_format="%Y", multiline_pattern="^[A-Z]"))
    configuration = only(DEFINITION)["ContainerProperties"]["LogConfiguration"]
    group = configuration["Options"].pop("awslogs-group")
    assert only("AWS::Logs::LogGroup")
    assert group["Ref"].startswith("JobLogGroup")
    assert configuration == {
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-region": {"Ref": "AWS::Region"},
            "awslogs-stream-prefix": "align",
            "awslogs-datetime-format": "%Y",
            "awslogs-multiline-pattern": "^[A-Z]",
        },
    }


def test_a_driver_of_the_cdk_brings_its_secrets(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """For Splunk on EC2 an execution role is made that may read the token, and no log group."""
    from aws_cdk import aws_ecs as ecs

    driver = ecs.LogDrivers.splunk(
        url="https://splunk.example.com", secret_token=ecs.Secret.from_secrets_manager(token(stack))
    )
    definition = define(stack, logging=driver)
    found = synth()
    [properties] = [each["Properties"] for each in found.values() if each["Type"] == DEFINITION]
    container = properties["ContainerProperties"]
    assert container["LogConfiguration"] == {
        "LogDriver": "splunk",
        "Options": {"splunk-url": "https://splunk.example.com"},
        "SecretOptions": [{"Name": "splunk-token", "ValueFrom": token_arn()}],
    }
    [policy] = [each["Properties"] for each in found.values() if each["Type"] == "AWS::IAM::Policy"]
    assert policy["Roles"] == [{"Ref": container["ExecutionRoleArn"]["Fn::GetAtt"][0]}]
    assert policy["PolicyDocument"]["Statement"][0]["Resource"] == token_arn()
    assert not any(each["Type"] == "AWS::Logs::LogGroup" for each in found.values())
    with pytest.raises(
        ValueError, match=r"log_group exists only for jobs that write to CloudWatch Logs, got .* splunk"
    ):
        _ = definition.log_group


def token_arn() -> str:
    return "arn:aws:secretsmanager:eu-west-1:123456789012:secret:splunk-abcdef"


def test_fargates_execution_role_reads_the_secrets_of_the_driver(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """The existing execution role reads them."""
    from aws_cdk import aws_ecs as ecs

    secret = ecs.Secret.from_secrets_manager(token(stack))
    driver = ecs.LogDrivers.splunk(url="https://splunk.example.com", secret_token=secret)
    FargateJobDefinition(stack, "Job", image="busybox", logging=driver)
    [statement] = only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    assert statement["Resource"] == token_arn()


def test_drivers_without_secrets_need_no_role(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """For syslog, GELF and similar drivers only the definition is made."""
    from aws_cdk import aws_ecs as ecs

    define(stack, logging=ecs.LogDrivers.gelf(address="udp://10.0.0.1:12201"))
    assert [each["Type"] for each in synth().values()] == [DEFINITION]


def test_the_cdks_own_driver_for_cloudwatch_knows_its_group(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """``ecs.LogDrivers.aws_logs`` works, and its group can be read by grants; nodes share it."""
    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_iam as iam

    nodes = NodeGroup(nodes=1, image="busybox", vcpus=1, memory=Size.gibibytes(1))
    definition = MultiNodeParallelJobDefinition(
        stack, "Job", node_groups=[nodes, nodes], logging=ecs.LogDrivers.aws_logs(stream_prefix="mpi")
    )
    reader = iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal())
    definition.grant_read_logs(reader)
    found = synth()
    [group] = [name for name, each in found.items() if each["Type"] == "AWS::Logs::LogGroup"]
    assert group == stack.get_logical_id(definition.log_group.node.default_child)  # type: ignore[arg-type]
    [properties] = [each["Properties"] for each in found.values() if each["Type"] == DEFINITION]
    options = [
        each["Container"]["LogConfiguration"]["Options"]["awslogs-group"]
        for each in properties["NodeProperties"]["NodeRangeProperties"]
    ]
    assert options == [{"Ref": group}, {"Ref": group}]


def test_fails_when_a_log_group_would_stay_empty(stack: Stack) -> None:
    """Fails for every kind of definition, when a log group is given with a driver that does not use it."""
    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_logs as logs

    arguments: dict[str, Any] = {
        "logging": ecs.LogDrivers.syslog(),
        "log_group": logs.LogGroup.from_log_group_name(stack, "Group", "jobs"),
    }
    message = "log_group belongs to awslogs: give it to the log driver, or leave logging out"
    with pytest.raises(ValueError, match=message):
        define(stack, **arguments)
    with pytest.raises(ValueError, match=message):
        nodes = NodeGroup(nodes=1, image="busybox", vcpus=1, memory=Size.gibibytes(1))
        MultiNodeParallelJobDefinition(stack, "Job", node_groups=[nodes], **arguments)
