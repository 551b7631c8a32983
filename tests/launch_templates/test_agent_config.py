"""Settings of the ECS agent."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Duration, Size, Stack

from batch_constructs.launch_templates.agent_config import EcsAgentConfig, ImagePullBehavior

if TYPE_CHECKING:
    from pathlib import Path


def _file_after(config: EcsAgentConfig, folder: Path) -> list[str]:
    """Return the lines of the agent's file after bash has run the part on an instance with AWS Batch's own line."""
    file = folder / "ecs.config"
    file.write_text("ECS_CLUSTER=batch\n")
    script = config.body().replace("/etc/ecs/ecs.config", str(file))
    subprocess.run(["bash"], input=script, text=True, check=True)
    return file.read_text().splitlines()


def test_settings_are_added_to_what_batch_wrote(tmp_path: Path) -> None:
    """Each typed setting becomes the agent's variable, in the agent's units."""
    config = EcsAgentConfig(
        image_pull_behavior=ImagePullBehavior.PREFER_CACHED,
        image_cleanup_interval=Duration.minutes(10),
        image_minimum_cleanup_age=Duration.hours(2),
        engine_task_cleanup_wait_duration=Duration.minutes(5),
        enable_spot_instance_draining=True,
        enable_task_iam_role=False,
        awsvpc_block_imds=True,
        reserved_memory=Size.gibibytes(1),
        extra={"ECS_LOGLEVEL": "debug"},
    )

    assert _file_after(config, tmp_path) == [
        "ECS_CLUSTER=batch",
        "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached",
        "ECS_IMAGE_CLEANUP_INTERVAL=600s",
        "ECS_IMAGE_MINIMUM_CLEANUP_AGE=7200s",
        "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=300s",
        "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
        "ECS_ENABLE_TASK_IAM_ROLE=false",
        "ECS_AWSVPC_BLOCK_IMDS=true",
        "ECS_RESERVED_MEMORY=1024",
        "ECS_LOGLEVEL=debug",
    ]


def test_registries_with_rate_limits_can_be_spared(tmp_path: Path) -> None:
    """Pain 29 (HAP429): an image is pulled once for each instance, not once for each job."""
    config = EcsAgentConfig(image_pull_behavior=ImagePullBehavior.ONCE)

    assert _file_after(config, tmp_path) == ["ECS_CLUSTER=batch", "ECS_IMAGE_PULL_BEHAVIOR=once"]


def test_values_arrive_as_they_are(tmp_path: Path) -> None:
    """The shell expands nothing in a value."""
    value = """{"a": "$HOME `id` \\\\ 'x'"}"""

    assert _file_after(EcsAgentConfig(extra={"ECS_ENGINE_AUTH_DATA": value}), tmp_path)[1:] == [
        f"ECS_ENGINE_AUTH_DATA={value}"
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"image_cleanup_interval": Duration.minutes(9)},
            "image_cleanup_interval must be at least 600 seconds, got 540",
        ),
        (
            {"image_minimum_cleanup_age": Duration.seconds(0)},
            "image_minimum_cleanup_age must be at least 1 seconds, got 0",
        ),
        (
            {"engine_task_cleanup_wait_duration": Duration.seconds(0)},
            "engine_task_cleanup_wait_duration must be at least 1 seconds, got 0",
        ),
        ({"extra": {"ECS_CLUSTER": "mine"}}, "extra must not set ECS_CLUSTER"),
        ({"extra": {"ECS_INSTANCE_ATTRIBUTES": "{}"}}, "extra must not set ECS_INSTANCE_ATTRIBUTES"),
        ({"extra": {"ecs.loglevel": "info"}}, "extra takes names such as ECS_LOGLEVEL, got 'ecs.loglevel'"),
        ({"extra": {"ECS_LOGLEVEL": "info\nECS_CLUSTER=mine"}}, "extra takes values of one line"),
        (
            {"enable_task_iam_role": True, "extra": {"ECS_ENABLE_TASK_IAM_ROLE": "false"}},
            "ECS_ENABLE_TASK_IAM_ROLE is set twice",
        ),
        ({}, "an agent configuration needs at least one setting"),
    ],
)
def test_settings_that_the_agent_would_not_follow_are_refused(settings: dict[str, Any], message: str) -> None:
    """Fails when the agent would silently use its default, or the instance would leave its environment."""
    with pytest.raises(ValueError) as refusal:
        EcsAgentConfig(**settings)

    assert str(refusal.value).startswith(message)


def test_all_contradictions_are_told_at_once() -> None:
    """One error names everything that is wrong with a configuration."""
    with pytest.raises(ValueError) as refusal:
        EcsAgentConfig(image_cleanup_interval=Duration.minutes(1), extra={"ECS_CLUSTER": "a", "x": "b"})

    assert len(str(refusal.value).splitlines()) == 3


def test_tokens_pass_untouched(stack: Stack) -> None:
    """Every number and string may be a parameter."""
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    config = EcsAgentConfig(
        image_cleanup_interval=Duration.seconds(number),
        reserved_memory=Size.mebibytes(number),
        extra={"ECS_LOGLEVEL": text},
    )

    assert stack.resolve(config.body())["Fn::Join"][1] == [
        "#!/bin/bash\ncat >>/etc/ecs/ecs.config <<'ECS_CONFIG'\nECS_IMAGE_CLEANUP_INTERVAL=",
        {"Ref": "Number"},
        "s\nECS_RESERVED_MEMORY=",
        {"Ref": "Number"},
        "\nECS_LOGLEVEL=",
        {"Ref": "Text"},
        "\nECS_CONFIG",
    ]


def test_equal_configurations_are_equal() -> None:
    """Configurations with equal values are equal."""
    assert EcsAgentConfig(enable_task_iam_role=True) == EcsAgentConfig(enable_task_iam_role=True)
