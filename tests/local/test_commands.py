"""``batch-constructs local``: what users type, and what they get."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICKSTART = Path(__file__).parents[1] / "golden" / "quickstart.BatchQuickstart.template.json"
CDK_FREE = """
Parameters:
  Greeting: {Type: String}
Resources:
  Place:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ComputeResources: {Type: FARGATE, MaxvCpus: 4, Subnets: [subnet-1], SecurityGroupIds: [sg-1]}
  Line:
    Type: AWS::Batch::JobQueue
    Properties: {Priority: 1, ComputeEnvironmentOrder: [{Order: 1, ComputeEnvironment: !Ref Place}]}
  Hello:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      PlatformCapabilities: [FARGATE]
      Parameters: {name: world, code: "0"}
      ContainerProperties:
        Image: busybox
        Command: [sh, -c, 'echo "$GREETING, $1, number $AWS_BATCH_JOB_ARRAY_INDEX"; exit $2', sh, Ref::name, Ref::code]
        Environment: [{Name: GREETING, Value: !Ref Greeting}]
        ResourceRequirements: [{Type: VCPU, Value: "0.25"}, {Type: MEMORY, Value: "512"}]
"""


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    line = [sys.executable, "-m", "batch_constructs.cli", "local", *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(CDK_FREE)
    return path


def test_run_prints_what_a_job_writes(template: Path) -> None:
    """A template that somebody else wrote runs its job without an edit, and no image is pushed (localstack#9415)."""
    done = command(
        template.parent, "run", str(template), "Hello", "--parameter", "Greeting=Good morning", "-q"
    )
    assert (done.stdout, done.stderr, done.returncode) == ("Good morning, world, number \n", "", 0)


def test_run_fills_in_the_parameters_of_the_job_and_gives_its_exit_code(template: Path) -> None:
    """``--parameters`` override the defaults of the definition."""
    done = command(
        template.parent,
        "run",
        str(template),
        "Hello",
        "--parameter",
        "Greeting=Hi",
        "--parameters",
        "code=7",
        "-q",
    )
    assert done.returncode == 7


def test_run_of_an_array_numbers_the_lines(template: Path) -> None:
    """Each child knows its index (localstack#11439)."""
    done = command(
        template.parent,
        "run",
        str(template),
        "Hello",
        "--parameter",
        "Greeting=Hi",
        "--array-size",
        "3",
        "-q",
    )
    assert done.stdout == "".join(f"{index}: Hi, world, number {index}\n" for index in range(3))


def test_an_attempt_ends_after_the_seconds_that_are_given(template: Path) -> None:
    """A timeout of AWS is 60 seconds at least; here a job shows within a second what it does with SIGTERM."""
    words = "sh -c 'trap \"echo saving; exit 5\" TERM; sleep 60 & wait'"
    done = command(
        template.parent,
        *("run", str(template), "Hello", "--parameter", "Greeting=Hi"),
        *("--command", words, "--attempt-seconds", "0.3", "-q"),
    )
    assert (done.stdout, done.returncode) == ("saving\n", 5)


def test_assumptions_are_listed_and_changed(template: Path) -> None:
    """What AWS does not document has a name and a value."""
    listed = command(template.parent, "assumptions", "--assume", "lookahead=7").stdout
    assert re.search(r"lookahead +7 +number of jobs", listed)
    arguments = ("run", str(template), "Hello", "--parameter", "Greeting=Hi", "--array-size", "2", "-q")
    done = command(template.parent, *arguments, "--vcpus", "1", "--assume", "color=red")
    assert (done.returncode, "there is no assumption 'color'" in done.stderr) == (2, True)


def test_a_parameter_without_a_value_is_named_with_its_option(template: Path) -> None:
    """The message is the option that resolves it."""
    done = command(template.parent, "run", str(template), "Hello")
    assert done.returncode == 2
    assert done.stderr.endswith("parameter Greeting must have a value: add --parameter Greeting=VALUE\n")


def test_an_unknown_definition_is_answered_with_those_that_exist(template: Path) -> None:
    """The message lists the names."""
    done = command(template.parent, "run", str(template), "Align", "--parameter", "Greeting=Hi")
    assert done.stderr.endswith(
        "error: there is no job definition 'Align' in the template, which has: Hello\n"
    )


def test_run_says_that_nothing_is_isolated() -> None:
    """Whoever runs a job as a process is told."""
    done = command(Path(), "run", str(QUICKSTART), "Hello")
    assert done.stderr.startswith("process executor: jobs run as you, on this machine, without isolation")


def test_commands_without_a_running_batch_say_how_to_start_one(tmp_path: Path) -> None:
    """Exit status 2."""
    done = command(tmp_path, "jobs")
    assert done.stderr == (
        "error: no local Batch runs with .batch-local: start it with batch-constructs local up\n"
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """The folder in which a local Batch of the quick start runs in the background."""
    assert command(tmp_path, "up", str(QUICKSTART), "--detach").returncode == 0
    yield tmp_path
    command(tmp_path, "down")


def test_a_job_is_submitted_listed_and_read(running: Path) -> None:
    """The commands work together across a restart."""
    job = command(running, "submit", "Hello").stdout.strip()
    assert command(running, "logs", job, "--follow").stdout == "Hello from AWS Batch\n"
    command(running, "down")
    assert command(running, "up", str(QUICKSTART), "--detach").returncode == 0
    [listed] = json.loads(command(running, "jobs", "--format", "json").stdout)
    assert (listed["jobId"], listed["status"]) == (job, "SUCCEEDED")
    assert command(running, "logs", job).stdout == "Hello from AWS Batch\n"


def test_the_overview_shows_queues_and_jobs(running: Path) -> None:
    """A queue has its counts and its capacity, and ids stay whole."""
    job = command(running, "submit", "Hello").stdout.strip()
    command(running, "logs", job, "--follow")
    lines = [" ".join(line.split()) for line in command(running, "jobs").stdout.splitlines()]
    assert "Queue 0 0 1 0 0 of 320" in lines
    assert [line for line in lines if line.startswith(f"Hello {job} Queue SUCCEEDED")]


def test_the_printed_variables_lead_boto3_to_it(running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK needs no argument."""
    for line in command(running, "env").stdout.splitlines():
        monkeypatch.setenv(*line.removeprefix("export ").split("=", 1))
    assert [each["jobQueueName"] for each in boto3.client("batch").describe_job_queues()["jobQueues"]] == [
        "Queue"
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_an_interrupted_run_leaves_no_process(number: int, tmp_path: Path) -> None:
    """A job that does not listen to SIGTERM is killed, too."""
    mark = f"sleep 7{os.getpid()}{int(number)}"
    script = f"sh -c \"trap '' TERM; echo up > {tmp_path}/up; {mark} & wait; {mark}\""
    line = [
        sys.executable,
        "-m",
        "batch_constructs.cli",
        "local",
        "run",
        str(QUICKSTART),
        "Hello",
        "--command",
        script,
    ]
    process = subprocess.Popen(
        line,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A shell without job control lets what runs in its background ignore Ctrl-C, and so the tests as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "up").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    process.wait(20)
    found = subprocess.run(["pgrep", "-f", mark], capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_a_schedule_is_delivered_by_name(tmp_path: Path) -> None:
    """``local fire`` submits the job of a schedule, and shows what was sent."""
    template = QUICKSTART.with_name("array_index.ArrayIndex.template.json")
    assert command(tmp_path, "up", str(template), "--detach").returncode == 0
    try:
        done = command(tmp_path, "fire", "EachMorning")
        assert done.stdout.startswith(
            "ArrayIndex/EachMorning -> arn:aws:scheduler:::aws-sdk:batch:submitJob\n"
        )
        [listed] = json.loads(command(tmp_path, "jobs", "--format", "json").stdout)
        assert listed["jobName"] == "EachMorning"
        assert command(tmp_path, "fire", "Hourly").returncode == 2
    finally:
        command(tmp_path, "down")


def test_a_job_that_is_too_large_for_this_machine_ends_at_once() -> None:
    """The message has what the job wants, what there is, and the options that change it."""
    done = command(Path(), "run", str(QUICKSTART), "Hello", "--vcpus", "0.5", "--memory", "100", "-q")
    assert done.returncode == 2
    assert "this machine offers 0.5 vCPUs, 100 MiB, 0 GPUs: start with --vcpus 1" in done.stderr


def test_a_job_that_could_never_run_on_aws_quotes_the_rule(tmp_path: Path) -> None:
    """``check`` reports the same by this rule."""
    document = json.loads(QUICKSTART.read_text("utf-8"))
    for each in document["Resources"].values():
        if each["Type"] == "AWS::Batch::ComputeEnvironment":
            each["Properties"]["ComputeResources"]["InstanceTypes"] = ["m6i.large"]
        if each["Type"] == "AWS::Batch::JobDefinition":
            needs = [{"Type": "VCPU", "Value": "64"}, {"Type": "MEMORY", "Value": "64"}]
            each["Properties"]["ContainerProperties"]["ResourceRequirements"] = needs
    template = tmp_path / "template.json"
    template.write_text(json.dumps(document), encoding="utf-8")
    done = command(tmp_path, "run", str(template), "Hello", "--vcpus", "4", "-q")
    assert done.returncode == 2
    assert "can never run: it asks for 64 vCPUs" in done.stderr
    assert "(FIT-02; MISCONFIGURATION:" in done.stderr


SEVERAL = """
Resources:
  Place:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ComputeResources: {Type: FARGATE, MaxvCpus: 4, Subnets: [subnet-1], SecurityGroupIds: [sg-1]}
  Line:
    Type: AWS::Batch::JobQueue
    Properties: {Priority: 1, ComputeEnvironmentOrder: [{Order: 1, ComputeEnvironment: !Ref Place}]}
  Two:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      PlatformCapabilities: [FARGATE]
      EcsProperties:
        TaskProperties:
          - Containers:
              - Name: helper
                Image: busybox
                Command: [echo, ready]
                Essential: false
                LogConfiguration: {LogDriver: awslogs, Options: {awslogs-group: helpers}}
                ResourceRequirements: [{Type: VCPU, Value: "0.25"}, {Type: MEMORY, Value: "256"}]
              - Name: main
                Image: busybox
                Command: [echo, done]
                DependsOn: [{ContainerName: helper, Condition: COMPLETE}]
                ResourceRequirements: [{Type: VCPU, Value: "0.25"}, {Type: MEMORY, Value: "256"}]
"""


def test_run_prints_the_lines_of_every_container(tmp_path: Path) -> None:
    """Each line is labeled with its container, whatever log group it is in."""
    template = tmp_path / "several.yaml"
    template.write_text(SEVERAL)
    done = command(tmp_path, "run", str(template), "Two", "-q")
    assert (done.stdout, done.returncode) == ("helper: ready\nmain: done\n", 0)


def test_logs_of_a_running_server_have_every_container(tmp_path: Path) -> None:
    """The same lines, asked of the server."""
    template = tmp_path / "several.yaml"
    template.write_text(SEVERAL)
    command(tmp_path, "up", str(template), "--detach")
    job = command(tmp_path, "submit", "Two").stdout.strip()
    shown = command(tmp_path, "logs", job, "--follow").stdout.splitlines()
    command(tmp_path, "down")
    assert sorted(shown) == ["helper: ready", "main: done"]
