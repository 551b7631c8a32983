"""The command checks, explains and shows; its exit status is 0, 1 or 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batch_constructs.cli import main

TEMPLATES = Path(__file__).parents[1] / "assembly" / "checks" / "templates"
BROKEN = TEMPLATES / "retries_and_timeout.json"
WARNED = TEMPLATES / "queue_of_four.json"

CLEAN = {
    "Resources": {
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "ComputeEnvironmentOrder": [
                    {
                        "Order": 1,
                        "ComputeEnvironment": "arn:aws:batch:eu-west-1:111122223333:compute-environment/workers",
                    }
                ],
            },
        }
    }
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    file = tmp_path / "clean.json"
    file.write_text(json.dumps(CLEAN))
    return file


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_teaches_by_example(command: str) -> None:
    """Each example is on its own line, ready to copy, and the exit statuses are listed."""
    shown = run(command, "--help").output
    examples = [line for line in shown.splitlines() if line.startswith("  batch-constructs ")]
    assert len(examples) >= 2
    assert "\\b" not in shown
    assert "Exit status: 0" in shown


def test_a_clean_template_is_0(clean: Path) -> None:
    """No findings is success, strict or not."""
    for arguments in ((), ("--strict",)):
        result = run("check", clean, *arguments)
        counted = "no findings in 1 template with 1 resource of AWS Batch\n"
        assert (result.exit_code, result.output) == (0, counted)


def test_errors_are_1() -> None:
    """Errors fail; the report has the problem, the place, the line, and the remedy."""
    result = run("check", BROKEN, "--select", "TMO-01")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "error TMO-01 AttemptDurationSeconds must be at least 60 seconds, got 5",
        "  at  JDC27EACF9 Timeout.AttemptDurationSeconds",
        f"  in  {BROKEN}:415",
        '      | "AttemptDurationSeconds": 5',
        "  fix allow at least 60 seconds",
        "  see https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html",
        "",
        "1 error in 1 template with 1 resource of AWS Batch",
    ]


def test_warnings_are_0_unless_strict() -> None:
    """Warnings are printed, and fail only with --strict."""
    arguments = ("check", WARNED, "--select", "JQ-02")
    assert run(*arguments).exit_code == 0
    assert run(*arguments).output.endswith("1 warning in 1 template with 5 resources of AWS Batch\n")
    assert run(*arguments, "--strict").exit_code == 1


def test_select_and_ignore() -> None:
    """Rules and whole families can be chosen and left out."""
    result = run(
        "check", BROKEN, "--select", "RET", "--select", "TMO-01", "--ignore", "RET-01", "--format", "json"
    )
    assert [finding["rule"] for finding in json.loads(result.output)] == ["RET-02", "RET-08", "TMO-01"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is not a CloudFormation template"),
        ("{", "it is not JSON"),
        ("[" * 10_000, "it is nested too deeply"),
        ("a: &a [*a]", "refers to nothing, or to itself"),
    ],
)
def test_what_cannot_be_read_is_2(tmp_path: Path, content: str, reason: str) -> None:
    """One line on stderr has the reason, and stdout is empty."""
    file = tmp_path / "t.json"
    file.write_text(content)
    for command in ("check", "show"):
        result = run(command, file)
        assert (result.exit_code, result.stdout) == (2, "")
        [line] = result.stderr.splitlines()
        assert line.startswith(f"error: {file}: ")
        assert reason in line


def test_a_missing_path_and_a_missing_rule_are_2(clean: Path) -> None:
    """The path or the rule does not exist."""
    assert "it cannot be opened" in run("check", clean, "nowhere.json").stderr
    assert run("check", clean, "nowhere.json").exit_code == 2
    result = run("check", clean, "--ignore", "JQ-99")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: 'JQ-99' is neither a rule nor a family of rules (did you mean 'JQ-09'?)\n",
    )
    assert run("check").exit_code == 2


def test_json(clean: Path) -> None:
    """A finding has all its members; a clean template gives an empty list."""
    assert json.loads(run("check", clean, "--format", "json").output) == []
    [finding] = json.loads(run("check", BROKEN, "--select", "TMO-01", "--format", "json").output)
    assert finding == {
        "rule": "TMO-01",
        "severity": "error",
        "message": "AttemptDurationSeconds must be at least 60 seconds, got 5",
        "remedy": "allow at least 60 seconds",
        "chapter": "Job Timeouts",
        "link": "https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html",
        "resource": "JDC27EACF9",
        "resource_type": "AWS::Batch::JobDefinition",
        "property": "Timeout.AttemptDurationSeconds",
        "construct": "",
        "argument": "",
        "file": str(BROKEN),
        "line": 415,
    }


def test_sarif() -> None:
    """The log has the rule, the place and a fingerprint for code scanning."""
    log = json.loads(
        run("check", BROKEN, "--select", "RET-01", "--select", "TMO-01", "--format", "sarif").output
    )
    assert log["version"] == "2.1.0"
    [sarif_run] = log["runs"]
    rules = sarif_run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["RET-01", "TMO-01"]
    result = sarif_run["results"][1]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("TMO-01", 1, "error")
    [location] = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 415}
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "JDC27EACF9"
    assert result["partialFingerprints"] == {
        "batchConstructs/v1": "TMO-01:JDC27EACF9.Timeout.AttemptDurationSeconds"
    }


def test_github() -> None:
    """A workflow command points at the line, with special characters escaped."""
    [line] = run("check", BROKEN, "--select", "TMO-01", "--format", "github").output.splitlines()
    assert line.startswith(
        f"::error file={BROKEN},line=415,title=TMO-01::JDC27EACF9.Timeout.AttemptDurationSeconds: "
    )
    assert "\n" not in line


def test_the_construct_path_is_told(tmp_path: Path) -> None:
    """Findings in generated templates have the construct's path, and the logical id of the template."""
    template: dict[str, Any] = json.loads(json.dumps(CLEAN))
    queue = template["Resources"]["Queue"]
    queue["Metadata"] = {"aws:cdk:path": "Stack/Queue/Resource"}
    queue["Properties"]["Priority"] = 2000
    file = tmp_path / "t.json"
    file.write_text(json.dumps(template))
    assert "  at  Stack/Queue/Resource (Queue) Priority\n" in run("check", file).output


def test_rules() -> None:
    """It lists all rules or a family, explains one, and refuses an unknown one."""
    listed = run("rules").output.splitlines()
    assert "JQ-07    error    A job queue's priority must be 0 to 1000." in listed
    assert len(listed) > 150
    assert {line.split("-")[0] for line in run("rules", "jq").output.splitlines()} == {"JQ"}
    explained = run("rules", "jq-03").output
    for words in (
        "JQ-03 (error)",
        "cannot share a job queue",
        "fix ",
        "prevents",
        "Creating a Job Queue",
        "https://",
    ):
        assert words in explained
    assert run("rules", "AMI-12").output.startswith("AMI-12 is not checked: ")
    result = run("rules", "JQ-99")
    assert result.exit_code == 2
    assert "there is no rule 'JQ-99'" in result.stderr


def test_show_prints_what_there_is() -> None:
    """Environments, queues in order, definitions and the file; no colour in a pipe."""
    result = run(
        "show", "--tables", TEMPLATES / "queue_of_fargate_and_ec2.json", TEMPLATES / "node_ranges_cross.json"
    )
    assert result.exit_code == 0
    for words in (
        "Compute environments",
        "FARGATE",
        "BEST_FIT_PROGRESSIVE",
        "1. FC4345940, 2. E80549084",
        "8 nodes",
        f"template: {TEMPLATES / 'node_ranges_cross.json'}",
    ):
        assert words in result.output
    assert "\x1b" not in result.output


@pytest.mark.parametrize("options", [[], ["--tables"]])
def test_show_prints_sizes_in_the_old_form(tmp_path: Path, options: list[str]) -> None:
    """It also shows ``Vcpus`` and ``Memory``, as the rules do."""
    file = tmp_path / "template.yaml"
    file.write_text(
        "Resources: {Job: {Type: AWS::Batch::JobDefinition, Properties: {Type: container, "
        "ContainerProperties: {Image: busybox, Vcpus: 3, Memory: 2000}}}}"
    )
    output = run("show", *options, file).output
    assert "3 vCPU, 2,000 MiB" in output or ("3" in output.split() and "2000" in output.split())


def test_show_prints_alerts(tmp_path: Path) -> None:
    """A rule on events of Batch is shown with its events and receivers."""
    pattern = {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"status": ["FAILED"]},
    }
    resources = {
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": pattern, "Targets": [{"Id": "T", "Arn": {"Ref": "Topic"}}]},
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Mail": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "ops@example.com"},
        },
    }
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"Resources": resources}))
    output = run("show", "--tables", file).output
    assert "Batch Job State Change: FAILED" in output
    assert "Topic (ops@example.com)" in output


def test_show_prints_a_tree() -> None:
    """Without an option: queues with their environments in order, definitions; no colour in a pipe."""
    output = run("show", TEMPLATES / "queue_of_fargate_and_ec2.json").output
    for words in ("job queues", "1. FC4345940", "2. E80549084", "compute environments", "FARGATE"):
        assert words in output
    assert "\x1b" not in output


@pytest.mark.parametrize(
    ("suffix", "begins"), [("svg", b"<svg"), ("mmd", b"flowchart LR"), ("png", b"\x89PNG")]
)
def test_diagram_draws_in_the_format_of_the_name(tmp_path: Path, suffix: str, begins: bytes) -> None:
    """SVG, Mermaid and PNG."""
    file = tmp_path / f"platform.{suffix}"
    result = run("diagram", TEMPLATES / "queue_of_fargate_and_ec2.json", "-o", file)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"wrote {file}\n")
    assert run("diagram", TEMPLATES / "queue_of_fargate_and_ec2.json", "-o", file, "--quiet").output == ""
    assert file.read_bytes().startswith(begins)


def test_diagram_says_what_it_cannot_draw(tmp_path: Path) -> None:
    """Another format, or a missing folder, gives one line and exit status 2; a dash is the terminal."""
    template = TEMPLATES / "queue_of_fargate_and_ec2.json"
    result = run("diagram", template, "-o", tmp_path / "platform.pdf")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: the output must end in .svg, .mmd or .png, got 'platform.pdf'\n",
    )
    nowhere = tmp_path / "no" / "x.svg"
    assert run("diagram", template, "-o", nowhere).stderr == (
        f"error: {nowhere}: it cannot be written (no such file or directory)\n"
    )
    assert "diagram needs -o FILE, which ends in .svg, .mmd or .png" in run("diagram", template).stderr
    # A path that cannot be read is reported first.
    assert run("diagram", "nowhere.json").stderr.startswith("error: nowhere.json: it cannot be opened")
    assert run("diagram", template, "-o", "-").output.startswith("flowchart LR")


def test_show_says_if_there_is_nothing(tmp_path: Path) -> None:
    """A template without Batch is no error."""
    file = tmp_path / "t.json"
    file.write_text('{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}')
    result = run("show", file)
    assert (result.exit_code, result.output) == (0, f"no resources of AWS Batch\ntemplate: {file}\n")


@pytest.mark.parametrize("style", ["text", "json", "sarif", "github"])
def test_signs_that_cannot_be_written(tmp_path: Path, style: str) -> None:
    """A lone surrogate, an escape sequence or a line break in a name does not break or forge the report."""
    template = {
        "Resources": {
            "\ud800\x1b[2J\n::error::x": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": -1}}
        }
    }
    file = tmp_path / "t.json"
    file.write_text(json.dumps(template))
    for arguments in (["check", str(file), "--format", style], ["show", str(file)]):
        command = [sys.executable, "-m", "batch_constructs.cli", *arguments]
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode in {0, 1}, done.stderr
        assert "\x1b" not in done.stdout
        assert not any(line.startswith("::error::") for line in done.stdout.splitlines())


def loaded_by(*arguments: object) -> set[str]:
    """Return the modules that a command has loaded at its end."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
        "from batch_constructs.cli import main\n"
        f"main({[str(a) for a in arguments]!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )
    return set(done.stderr.split())


def test_the_command_loads_only_what_it_needs() -> None:
    """It never loads the CDK or Node.js, and rich, YAML and the rules only on use."""
    helped, checked = loaded_by("--help"), loaded_by("check", BROKEN)
    for modules in (helped, checked):
        assert not {"aws_cdk", "jsii", "constructs", "rich", "yaml"} & modules
    assert not any(name.startswith("batch_constructs.assembly") for name in helped)
    assert "batch_constructs.assembly.checks.job_queues" in checked
    assert "aws_cdk" not in loaded_by("show", BROKEN)
