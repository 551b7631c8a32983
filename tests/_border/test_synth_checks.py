"""The rules at synth: for every app with one of our constructs; they can be acknowledged and turned off as in the CDK."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import BatchNetwork, FargateComputeEnvironment, JobQueue, SpotComputeEnvironment
from batch_constructs.assembly.checks import rules

if TYPE_CHECKING:
    from aws_cdk import App, Stack


def report(app: App) -> str:
    """Return the CDK's report file; its printed output comes from another process."""
    path = Path(app.outdir) / "validation-report.json"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def mixed_queue(app: App, name: str = "Stack") -> tuple[Stack, JobQueue]:
    """Return a queue that AWS refuses: Fargate with Spot."""
    import aws_cdk as cdk

    stack = cdk.Stack(app, name)
    vpc = BatchNetwork(stack, "Network").vpc
    environments = [
        SpotComputeEnvironment(stack, "Spot", vpc=vpc),
        FargateComputeEnvironment(stack, "Fargate", vpc=vpc),
    ]
    return stack, JobQueue(stack, "Queue", compute_environments=environments)


def test_synth_fails_with_path_and_remedy() -> None:
    """Fails if jobs would not run, with the place and the remedy."""
    import aws_cdk as cdk

    app = cdk.App()
    mixed_queue(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    said = report(app)
    assert "a job queue can have one kind of environment" in said
    assert "Stack/Queue/Resource" in said
    assert "create a separate queue for each kind of environment" in said
    assert '"pluginName": "batch-constructs"' in said
    assert '"ruleName": "JQ-03"' in said


def test_raw_resources_of_the_app_are_checked_too() -> None:
    """One of our constructs is enough: an L1 in another stack of the app is checked."""
    import aws_cdk as cdk
    from aws_cdk import aws_batch as batch

    app = cdk.App()
    BatchNetwork(cdk.Stack(app, "Ours"), "Network")
    batch.CfnJobQueue(cdk.Stack(app, "Raw"), "Queue", priority=5000, compute_environment_order=[])
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    said = report(app)
    assert '"ruleName": "JQ-07"' in said
    assert "Raw/Queue" in said


def test_a_rule_is_acknowledged_the_cdks_way() -> None:
    """With a reason, on the construct; the rest of the app is still checked."""
    import aws_cdk as cdk

    app = cdk.App()
    _, queue = mixed_queue(app)
    cdk.Validations.of(queue).acknowledge(cdk.Acknowledgment(id="batch-constructs::JQ-03", reason="a test"))
    assert app.synth().get_stack_by_name("Stack")


@pytest.mark.parametrize("value", [False, "false"])
def test_one_context_key_switches_all_rules_off(value: Any) -> None:
    """From ``cdk.json``, or from the command line, where every value is a string."""
    import aws_cdk as cdk

    app = cdk.App(context={"batch-constructs:checks": value})
    mixed_queue(app)
    assert app.synth().get_stack_by_name("Stack")


def test_warnings_let_synth_pass() -> None:
    """Four environments need a raised quota: a warning, since some accounts have it."""
    import aws_cdk as cdk

    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    vpc = BatchNetwork(stack, "Network").vpc
    environments = [SpotComputeEnvironment(stack, f"Spot{number}", vpc=vpc) for number in range(4)]
    JobQueue(stack, "Queue", compute_environments=environments)
    assert app.synth().get_stack_by_name("Stack")
    assert '"ruleName": "JQ-02"' in report(app)


def test_the_plugin_is_registered_once() -> None:
    """Many constructs in many stacks give each finding once."""
    import aws_cdk as cdk

    app = cdk.App()
    mixed_queue(app, "One")
    mixed_queue(app, "Two")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert report(app).count('"pluginName": "batch-constructs"') == 1


def test_a_clean_app_says_nothing() -> None:
    """There is no output without findings."""
    import aws_cdk as cdk

    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    vpc = BatchNetwork(stack, "Network").vpc
    JobQueue(stack, "Queue", compute_environments=[SpotComputeEnvironment(stack, "Spot", vpc=vpc)])
    app.synth()
    assert "batch-constructs" not in report(app)


def test_a_rule_that_crashes_does_not_stop_synth(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bug of this library must not block a deploy; a line on stderr names the rule."""
    import aws_cdk as cdk

    def broken(*_: Any) -> Any:
        raise KeyError("Order")

    registered: Any = rules()
    monkeypatch.setitem(registered, "JQ-03", replace(registered["JQ-03"], function=broken))
    app = cdk.App()
    mixed_queue(app)
    app.synth()
    assert capsys.readouterr().err.startswith(
        "batch-constructs: rule JQ-03 failed at Stack/Queue (KeyError: 'Order') and found nothing: please report it"
    )
    assert '"ruleName": "JQ-03"' not in report(app)


def test_template_from_stack_checks_as_well() -> None:
    """The CDK's own assertions run the rules in users' tests."""
    import aws_cdk as cdk
    from aws_cdk.assertions import Template

    stack, _ = mixed_queue(cdk.App())
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        Template.from_stack(stack)


def test_nested_stacks_are_checked_whoever_runs_the_app() -> None:
    """Their files are in the list of assets; paths are written only under the CDK's command line."""
    import aws_cdk as cdk

    from batch_constructs import Ec2ComputeEnvironment, Ec2JobDefinition, ScheduledJob
    from batch_constructs.testing import assert_can_run, assert_no_findings

    app = cdk.App()
    nested = cdk.NestedStack(cdk.Stack(app, "Stack"), "Nested")
    vpc = BatchNetwork(nested, "Network").vpc
    environment = Ec2ComputeEnvironment(nested, "Environment", vpc=vpc, instance_types=["c7i.large"])
    queue = JobQueue(nested, "Queue", compute_environments=[environment])
    small, large = (
        Ec2JobDefinition(nested, name, image="busybox", vcpus=vcpus, memory=cdk.Size.mebibytes(512))
        for name, vcpus in (("Small", 1), ("Large", 16))
    )
    ScheduledJob(nested, "Nightly", schedule="rate(1 day)", job_queue=queue, job_definition=large)
    assert_can_run(small, queue)
    with pytest.raises(AssertionError, match="FIT-02 Stack/Nested/Queue:"):
        assert_can_run(large, queue)
    with pytest.raises(AssertionError, match="FIT-02 Stack/Nested/Nightly:"):
        assert_no_findings(app)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert "Stack/Nested/Nightly" in report(app)


_APP = """
import sys
import batch_constructs as bc
from aws_cdk import App, Stack

app = App()
stack = Stack(app, "Genomics")
vpc = bc.BatchNetwork(stack, "Network").vpc
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)
fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=vpc)
bc.JobQueue(stack, "Queue", compute_environments=[spot, fargate])
{ending}
"""


def _run_app(folder: Path, ending: str) -> subprocess.CompletedProcess[str]:
    file = folder / "app.py"
    file.write_text(_APP.format(ending=ending))
    environment = {**os.environ, "CDK_VALIDATION": "false"}
    return subprocess.run(
        [sys.executable, str(file)], check=False, capture_output=True, text=True, cwd=folder, env=environment
    )


def test_an_app_by_itself_ends_with_its_findings(tmp_path: Path) -> None:
    """The last lines have the findings with remedies, without a traceback; the exit status is 1."""
    done = _run_app(tmp_path, "app.synth()")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "jsii" not in done.stderr
    first = next(n for n, line in enumerate(done.stderr.splitlines()) if line.startswith("jobs of AWS Batch"))
    title, finding, where = done.stderr.splitlines()[first : first + 3]
    assert title == "jobs of AWS Batch would not run: 1 error"
    assert finding.startswith("  JQ-03 Genomics/Queue: a job queue can have one kind of environment")
    assert finding.endswith(
        "; create a separate queue for each kind of environment (compute_environments of JobQueue)"
    )
    assert where.startswith("the report is in ")
    assert where.endswith("validation-report.json")


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("try:\n    app.synth()\nexcept RuntimeError:\n    pass\nraise KeyError('mine')", "KeyError: 'mine'"),
        ("sys.excepthook = lambda *_: sys.stderr.write('hook of mine\\n')\napp.synth()", "hook of mine"),
    ],
    ids=["another error", "another hook"],
)
def test_other_errors_and_other_hooks_stay_as_they_are(tmp_path: Path, ending: str, said: str) -> None:
    """A caught error of synth prints nothing later; a hook that the app has set stays."""
    done = _run_app(tmp_path, ending)
    assert done.returncode == 1
    assert said in done.stderr
    assert "would not run" not in done.stderr
