"""Every example synthesizes by itself, and its template is the one that was reviewed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from batch_constructs.assembly.changes import plan
from batch_constructs.assembly.diagrams import draw
from batch_constructs.assembly.diagrams.svg import svg
from batch_constructs.assembly.template import read
from batch_constructs.testing.snapshots import TemplateSnapshotExtension, with_paths
from docs.originals import Original, lines_of_code, originals
from tests.submissions.cli_lines import request_of, validated

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))
# Examples that take several deploys: their later steps, each with a template of its own.
STEPS = [("blue_green", "2"), ("blue_green", "3")]
# The step that a picture shows; without one it is what the first deploy makes.
PICTURED = {"blue_green": "2"}
# What CloudFormation leaves behind, as a README calls it.
STAYS = {
    "AWS::ECR::Repository": "repositor",
    "AWS::EFS::FileSystem": "file system",
    "AWS::FSx::FileSystem": "file system",
    "AWS::KMS::Key": "key",
    "AWS::Logs::LogGroup": "log group",
    "AWS::S3::Bucket": "bucket",
}


class Golden(TemplateSnapshotExtension):
    """The reviewed templates, under ``tests/golden``."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Where the files are."""
        return str(Path(test_location.filepath).parent / "golden")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """Example and stack."""
        del test_location
        return str(index)


class Picture(SingleFileSnapshotExtension):  # type: ignore[misc] # syrupy has no types here
    """What each example looks like, under ``docs/pictures``."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """Where the files are."""
        return str(Path(test_location.filepath).parents[1] / "docs" / "pictures")

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The example's name."""
        del test_location
        return str(index)

    def serialize(self, data: Any, **_: Any) -> str:
        """The picture is text already."""
        return str(data)


def synthesize(example: str, out: Path, step: str | None = None) -> list[str]:
    """Run an example as its user does, and give the names of its stacks."""
    environment = {**os.environ, "CDK_OUTDIR": str(out), "CDK_VALIDATION": "false"}
    if step is not None:
        # What `cdk deploy -c step=2` hands to the app.
        environment["CDK_CONTEXT_JSON"] = json.dumps({"step": step})
    app = ROOT / "examples" / example / "app.py"
    subprocess.run([sys.executable, str(app)], check=True, env=environment, cwd=out, capture_output=True)
    return [path.name.removesuffix(".template.json") for path in sorted(out.glob("*.template.json"))]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_template_is_the_reviewed_one(example: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Fails when templates or picture of an example changed, or were never reviewed (`make golden` writes them)."""
    stacks = synthesize(example, tmp_path)
    assert stacks
    for stack in stacks:
        template = with_paths(tmp_path, f"{stack}.template.json")
        assert template == snapshot(name=f"{example}.{stack}", extension_class=Golden)
    if example not in PICTURED:
        assert svg(draw(read(tmp_path))) == snapshot(name=example, extension_class=Picture)


@pytest.mark.parametrize(("example", "step"), STEPS)
def test_the_template_of_a_step_is_the_reviewed_one(
    example: str, step: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Fails when what a later deploy of an example makes has changed, or was never reviewed."""
    for stack in synthesize(example, tmp_path, step):
        template = with_paths(tmp_path, f"{stack}.template.json")
        assert template == snapshot(name=f"{example}-step{step}.{stack}", extension_class=Golden)
    if PICTURED[example] == step:
        assert svg(draw(read(tmp_path))) == snapshot(name=example, extension_class=Picture)


def test_each_step_of_blue_green_is_an_update_that_works() -> None:
    """The first deploy starts from nothing: AWS creates environments only ENABLED. The last removes blue, which has no jobs left."""
    golden = ROOT / "tests" / "golden"
    steps = [
        golden / f"{name}.BlueGreen.template.json"
        for name in ("blue_green", "blue_green-step2", "blue_green-step3")
    ]
    templates = [json.loads(path.read_text("utf-8"))["Resources"] for path in steps]
    states = [
        sorted(
            each["Properties"]["State"]
            for each in resources.values()
            if each["Type"] == "AWS::Batch::ComputeEnvironment"
        )
        for resources in templates
    ]
    assert states == [["ENABLED"], ["DISABLED", "ENABLED"], ["ENABLED"]]
    for (old, new), removed in zip(pairwise(steps), ([], ["BlueGreen/Blue"]), strict=True):
        changes = plan(read(old), read(new), removed=removed)
        assert [change.problems for change in changes if change.problems] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_first_deploy_disables_no_environment(example: str) -> None:
    """AWS refuses to create one that is not ENABLED, and the whole stack rolls back."""
    for path in golden(example):
        for name, each in json.loads(path.read_text("utf-8"))["Resources"].items():
            if each["Type"] == "AWS::Batch::ComputeEnvironment":
                assert each["Properties"].get("State", "ENABLED") == "ENABLED", f"{example}: {name}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_first_submission_is_an_output(example: str) -> None:
    """A line that can be pasted, with queue and definition of the stack in it; botocore takes the request."""
    lines = [
        line
        for path in golden(example)
        for each in json.loads(path.read_text("utf-8")).get("Outputs", {}).values()
        if (line := as_deployed(each["Value"])).startswith("aws ")
    ]
    submissions = [line for line in lines if line.startswith(("aws batch ", "aws stepfunctions "))]
    assert {validated(line) for line in submissions} & {"submit_job", "submit_service_job"}
    for line in submissions:
        assert "…" not in line
        for name, value in request_of(line).items():
            if name in {"jobQueue", "jobDefinition"}:
                # Fails for a placeholder that the reader would have to fill in.
                assert "-" in value or value in {"genomics", "align"}, line


def as_deployed(value: Any) -> str:
    """Return an output as `cdk deploy` prints it, with a made-up name for each resource."""
    match value:
        case str():
            return value
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(as_deployed, parts))
        case {"Fn::Select": [index, {"Fn::Split": [separator, text]}]}:
            return as_deployed(text).split(separator)[int(index)]
        case {"Ref": str(name)}:
            return {"AWS::Region": "eu-west-1", "AWS::Partition": "aws"}.get(
                name, f"arn:a:b:c:1:x/{name}-1:1"
            )
        case {"Fn::GetAtt": [str(name), _]}:
            return f"arn:aws:service:eu-west-1:123456789012:kind/{name}-1"
        case {"Fn::ImportValue": str(name)}:
            return f"arn:aws:service:eu-west-1:123456789012:kind/{name.rpartition(':')[2]}-1"
    raise AssertionError(value)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_readme_of_an_example_shows_its_picture(example: str) -> None:
    """The one that was drawn from its template."""
    assert f"](../../docs/pictures/{example}.svg)" in (ROOT / "examples" / example / "README.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_says_what_it_is(example: str) -> None:
    """Each has a README of a few lines beside its app, and says what it costs."""
    readme = (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
    assert " cost" in readme


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_readme_has_every_command(example: str) -> None:
    """From a new account to nothing left: what it needs, the deploy, the first submission, the end; no blank to fill in."""
    readme = (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^ {4}(.*)$", readme, re.MULTILINE)
    assert not [
        each for each in commands if "…" in each or re.search(r"\b(QUEUE|NAME|BUCKET|ACCOUNT)\b", each)
    ]
    outputs = {name for path in golden(example) for name in outputs_of(path)}
    named = set(re.findall(r"`(\w+)`", readme))
    assert {name for name in outputs & named if name.endswith("Submit")}, sorted(outputs)
    if example == "own_repository":
        return  # the reader's own: it has a cdk.json
    app = f'-a "python examples/{example}/app.py"'
    assert "(../README.md#before-the-first-deploy)" in readme
    deploys = [each for each in commands if each.startswith("npx cdk deploy")]
    assert deploys
    assert {app in each for each in deploys} == {True}
    assert [each for each in commands if each.startswith("npx cdk destroy") and each.endswith(app)]
    stays = " ".join(readme.partition("## Take it down")[2].split())
    for path in golden(example):
        for each in json.loads(path.read_text("utf-8"))["Resources"].values():
            if each.get("DeletionPolicy", "").startswith("Retain"):
                assert STAYS[each["Type"]] in stays, each["Type"]


def test_what_a_readme_names_is_an_output() -> None:
    """Nobody looks for an output that no stack has."""
    for example in EXAMPLES:
        readme = (ROOT / "examples" / example / "README.md").read_text(encoding="utf-8")
        outputs = {name for path in golden(example) for name in outputs_of(path)}
        pasted = set(re.findall(r"`(\w+(?:Submit|Logs|Uri))`", readme))
        assert pasted <= outputs, example


def golden(example: str) -> list[Path]:
    return sorted((ROOT / "tests" / "golden").glob(f"{example}.*.template.json"))


def outputs_of(path: Path) -> list[str]:
    return [*json.loads(path.read_text("utf-8")).get("Outputs", {})]


def test_a_repository_of_ones_own_passes_its_tests() -> None:
    """The test kit works as its example shows it."""
    folder = ROOT / "examples" / "own_repository"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    # In a worker of pytest-xdist syrupy would leave its report to the one who asked for the workers.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(command, check=False, cwd=folder, env=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "1 snapshot passed" in done.stdout


@pytest.mark.parametrize(("example", "most"), [("quickstart", 25), ("platform", 6)])
def test_what_is_short_stays_short(example: str, most: int) -> None:
    """At most so many lines of the user's code: neither blank, nor comment, nor docstring."""
    source = (ROOT / "examples" / example / "app.py").read_text(encoding="utf-8")
    code = [
        line for line in source.splitlines() if line.strip() and not line.lstrip().startswith(("#", '"""'))
    ]
    assert len(code) <= most


@pytest.mark.parametrize("original", originals(), ids=lambda each: each.example)
def test_the_lines_are_counted_that_the_readme_compares(original: Original) -> None:
    """Fails when an example has grown, or the link to what it is built after is missing."""
    readme = (ROOT / "examples" / original.example / "README.md").read_text(encoding="utf-8")
    assert f"{original.sentence}." in " ".join(readme.split())
    assert f"](https://github.com/{original.repository})" in readme


def test_lines_are_counted_alike_in_all_languages() -> None:
    """Neither blank lines nor comments nor docstrings, in what the originals are written in."""
    python = '"""What it is."""\n\n# why\nx = """not\na docstring"""  # why\n\n\ndef f():\n    """What it does."""\n    return x\n'
    assert lines_of_code("a.py", python) == 4
    assert lines_of_code("a.ts", "/**\n * What it is\n */\n\n// why\nconst x = 1; // why\n") == 1
    assert lines_of_code("a.yaml", "# why\n\na:\n  - b # why\n") == 2
    assert lines_of_code("a.json", '{\n\n"a": 1\n}\n') == 3
    assert lines_of_code("a.tf", "# why\n\na {\n}\n") == 2
