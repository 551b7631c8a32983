"""The assertion that rules find nothing, for users' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batch_constructs import BatchNetwork, FargateComputeEnvironment, JobQueue, SpotComputeEnvironment
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from aws_cdk import App, Stack


def broken(app: App, name: str) -> Stack:
    """Return a stack with a queue that AWS refuses."""
    import aws_cdk as cdk

    stack = cdk.Stack(app, name)
    vpc = BatchNetwork(stack, "Network").vpc
    environments = [
        SpotComputeEnvironment(stack, "Spot", vpc=vpc),
        FargateComputeEnvironment(stack, "Fargate", vpc=vpc),
    ]
    JobQueue(stack, "Queue", compute_environments=environments)
    return stack


def sound(app: App, name: str) -> Stack:
    """Return a stack whose jobs run."""
    import aws_cdk as cdk

    stack = cdk.Stack(app, name)
    vpc = BatchNetwork(stack, "Network").vpc
    JobQueue(stack, "Queue", compute_environments=[SpotComputeEnvironment(stack, "Spot", vpc=vpc)])
    return stack


def test_a_sound_stack_passes() -> None:
    """No error is raised, with or without warnings."""
    import aws_cdk as cdk

    assert_no_findings(sound(cdk.App(), "Sound"), warnings=True)


def test_fails_when_jobs_would_not_run() -> None:
    """Fails with rule, path and remedy, even if the rules at synth stop the app."""
    import aws_cdk as cdk

    with pytest.raises(
        AssertionError, match=r"JQ-03 Broken/Queue: .*; create a separate queue for each kind"
    ):
        assert_no_findings(broken(cdk.App(), "Broken"))


def test_a_stack_answers_for_itself_and_an_app_for_all() -> None:
    """A broken stack fails the app, not the other stack."""
    import aws_cdk as cdk

    app = cdk.App()
    good = sound(app, "Sound")
    broken(app, "Broken")
    assert_no_findings(good)
    with pytest.raises(AssertionError, match="JQ-03"):
        assert_no_findings(app)


@pytest.mark.parametrize("ignored", ["JQ-03", "JQ"])
def test_accepted_rules_are_left_out(ignored: str) -> None:
    """By id or by family."""
    import aws_cdk as cdk

    assert_no_findings(broken(cdk.App(), "Broken"), ignore=[ignored])


def test_what_is_no_stack_is_told_what_to_give() -> None:
    """The message names the command line for a folder, and the stack for a construct."""
    import aws_cdk as cdk

    with pytest.raises(ValueError, match="got a str: batch-constructs check reads templates and folders"):
        assert_no_findings("cdk.out")  # type: ignore[arg-type]
    network = BatchNetwork(cdk.Stack(cdk.App(), "Stack"), "Network")
    with pytest.raises(ValueError, match="got a BatchNetwork: give the stack that it is in"):
        assert_no_findings(network)  # type: ignore[arg-type]
