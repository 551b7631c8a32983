"""The CloudWatch agent: its settings and its rights."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template

from batch_constructs.launch_templates.cloudwatch_agent import AgentMetrics, CloudWatchAgent
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate


def settings(agent: CloudWatchAgent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(agent.script().settings["SETTINGS"])
    return found


def test_it_measures_memory_and_disks_by_default() -> None:
    """It measures what EC2 cannot see, each minute, for each instance and for all together."""
    metrics = settings(CloudWatchAgent())["metrics"]

    assert set(metrics["metrics_collected"]) == {"mem", "disk"}
    assert {each["metrics_collection_interval"] for each in metrics["metrics_collected"].values()} == {60}
    assert metrics["namespace"] == "CWAgent"
    assert metrics["aggregation_dimensions"] == [[]]
    assert "overlay" in metrics["metrics_collected"]["disk"]["ignore_file_system_types"]


def test_every_kind_of_metric_says_what_it_measures() -> None:
    """No kind is empty, which the agent would refuse."""
    collected = settings(CloudWatchAgent(metrics=list(AgentMetrics)))["metrics"]["metrics_collected"]

    assert set(collected) == {"mem", "disk", "swap", "cpu", "nvidia_gpu"}
    assert all(each["measurement"] for each in collected.values())


def test_the_logs_of_the_boot_are_kept_by_default(stack: Stack) -> None:
    """The logs that say why an instance takes no jobs outlive it."""
    group = logs.LogGroup.from_log_group_name(stack, "Logs", "instances")
    agent = CloudWatchAgent(metrics=(), log_group=group)

    assert "metrics" not in settings(agent)
    files = settings(agent)["logs"]["logs_collected"]["files"]["collect_list"]
    assert {"/var/log/batch-mounts.log", "/var/log/ecs/ecs-agent.log"} <= {
        each["file_path"] for each in files
    }
    assert {each["log_group_name"] for each in files} == {"instances"}
    assert len({each["log_stream_name"] for each in files}) == len(files)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ()}, "the CloudWatch agent needs metrics or a log_group, got neither: leave it out"),
        ({"log_files": ["/var/log/messages"]}, "log_files need a log_group, got none"),
        ({"namespace": "AWS/EC2"}, "namespace must not be empty or begin with AWS/"),
        ({"namespace": ""}, "namespace must not be empty or begin with AWS/"),
        (
            {"metrics_collection_interval": Duration.days(2)},
            "metrics_collection_interval must be from 1 to 86,400 seconds, got 172800",
        ),
    ],
)
def test_fails_when_the_agent_has_nothing_to_do_or_cannot(arguments: dict[str, Any], message: str) -> None:
    """Fails when the agent would not start."""
    with pytest.raises(ValueError) as refusal:
        CloudWatchAgent(**arguments)

    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [([], "log_group needs log_files"), (["messages"], "log_files must be absolute paths, got messages")],
)
def test_fails_when_log_files_are_none(stack: Stack, files: list[str], message: str) -> None:
    """Fails for no files, and for a path that depends on the agent's working directory."""
    group = logs.LogGroup.from_log_group_name(stack, "Logs", "instances")
    with pytest.raises(ValueError, match=message):
        CloudWatchAgent(log_group=group, log_files=files)


def test_it_may_write_its_metrics_and_logs_and_nothing_else(stack: Stack) -> None:
    """It does not get the managed policy, which also reads every parameter of the account."""
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))

    CloudWatchAgent(namespace="Training", log_group=logs.LogGroup(stack, "Logs")).grant(role)

    [policy] = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    metrics, written = policy["Properties"]["PolicyDocument"]["Statement"]
    assert metrics["Action"] == "cloudwatch:PutMetricData"
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Training"}}
    assert set(written["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert "Logs" in json.dumps(written["Resource"])


def test_tokens_pass(stack: Stack) -> None:
    """An interval given by a parameter is still a number in the settings."""
    interval = Duration.seconds(CfnParameter(stack, "Interval", type="Number").value_as_number)
    agent = CloudWatchAgent(metrics=[AgentMetrics.CPU], metrics_collection_interval=interval)
    BatchLaunchTemplate(stack, "Template", cloudwatch_agent=agent)

    text = json.dumps(Template.from_stack(stack).to_json())
    assert r'\"metrics_collection_interval\":", {"Ref": "Interval"}, "' in text
