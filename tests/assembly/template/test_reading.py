"""A path may be a template, a cloud assembly, or a folder of templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.template import UnreadableInputError, read
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = {"Resources": {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1}}}}


def write(file: Path, content: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def artifact(template: str, **members: Any) -> dict[str, Any]:
    return {"type": "aws:cloudformation:stack", "properties": {"templateFile": template}, **members}


def test_a_template(tmp_path: Path) -> None:
    """A single file is a stack."""
    model = read(write(tmp_path / "queue.template.json", QUEUE))
    assert [(s.name, s.file) for s in model.stacks] == [("queue", str(tmp_path / "queue.template.json"))]
    assert len(model.of(JobQueue)) == 1


def test_yaml(tmp_path: Path) -> None:
    """YAML is read like JSON, and findings have their lines."""
    model = read(
        write(
            tmp_path / "t.yml",
            "Resources:\n  Queue:\n    Type: AWS::Batch::JobQueue\n    Properties:\n      Priority: !Ref P\n",
        )
    )
    assert model.stacks[0].line("Queue", ("Priority",)) == 5
    assert model.stacks[0].line("Queue") == 2


def test_a_folder_of_templates(tmp_path: Path) -> None:
    """Templates of a folder import from each other; other, hidden and package files are skipped."""
    importing = {"ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Fn::ImportValue": "env"}}]}
    write(
        tmp_path / "b" / "queue.json",
        {"Resources": {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": importing}}},
    )
    output = {"O": {"Value": {"Ref": "Environment"}, "Export": {"Name": "env"}}}
    write(
        tmp_path / "a.yaml",
        json.dumps(
            {"Resources": {"Environment": {"Type": "AWS::Batch::ComputeEnvironment"}}, "Outputs": output}
        ),
    )
    for other in (
        "package.json",
        ".hidden/t.json",
        "node_modules/t.json",
        "notes.txt",
        "list.yaml",
        "bad.json",
    ):
        write(
            tmp_path / other,
            {"name": "x"} if other == "package.json" else "[1]" if other == "list.yaml" else "}",
        )
    model = read(tmp_path)
    assert [stack.name for stack in model.stacks] == ["a", "queue"]
    assert model.of(JobQueue)[0].environments == model.of(ComputeEnvironment)


def test_a_template_that_another_one_deploys_counts_once(tmp_path: Path) -> None:
    """A nested stack of the folder is only a stack of its parent, with the parent's parameters."""
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "child.json", "Parameters": {"P": 7}},
    }
    write(tmp_path / "parent.json", {"Resources": {"Child": nested}})
    child = {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": {"Ref": "P"}}}}
    write(tmp_path / "child.json", {"Parameters": {"P": {"Type": "Number"}}, "Resources": child})
    model = read(tmp_path)
    assert [stack.name for stack in model.stacks] == ["parent", "parent/Child"]
    assert [queue.priority for queue in model.of(JobQueue)] == [7]
    assert [stack.name for stack in read(tmp_path / "parent.json").stacks] == ["parent", "parent/Child"]


def test_a_cloud_assembly(tmp_path: Path) -> None:
    """A cdk.out gives its stacks, nested stacks and stages, with names, environments and construct paths."""
    metadata = {"/Prod/Queue/Resource": [{"type": "aws:cdk:logicalId", "data": "Queue"}]}
    where = {
        "displayName": "Prod (the queue)",
        "environment": "aws://123456789012/eu-west-1",
        "metadata": metadata,
    }
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}}
    write(
        tmp_path / "manifest.json",
        {"artifacts": {"Prod": artifact("Prod.json", **where), "Stage": stage, "tree": {}}},
    )
    nested = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "Nested.json"}}
    region = {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": {"Ref": "AWS::Region"}}}
    write(tmp_path / "Prod.json", {"Resources": {"Queue": region, "Nested": nested}})
    write(tmp_path / "Nested.json", {"Resources": {"Inner": region}})
    extra = {"additionalMetadataFile": "Staged.metadata.json"}
    write(
        tmp_path / "assembly-Stage" / "manifest.json",
        {"artifacts": {"Staged": artifact("Staged.json", **extra)}},
    )
    write(tmp_path / "assembly-Stage" / "Staged.json", QUEUE)
    write(
        tmp_path / "assembly-Stage" / "Staged.metadata.json",
        {"/Stage/Staged/Q": metadata["/Prod/Queue/Resource"]},
    )
    model = read(tmp_path)
    assert [stack.name for stack in model.stacks] == ["Prod (the queue)", "Prod (the queue)/Nested", "Staged"]
    first, inner, staged = model.of(JobQueue)
    assert (first.name, first.construct_path) == ("eu-west-1", "Prod/Queue/Resource")
    assert inner.name == "eu-west-1"
    assert staged.construct_path == "Stage/Staged/Q"


def test_stages_do_not_import_from_each_other(tmp_path: Path) -> None:
    """One stage cannot import what another one exports, because they are deployed separately."""
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-S"}}
    write(tmp_path / "manifest.json", {"artifacts": {"A": artifact("A.json"), "S": stage}})
    write(tmp_path / "A.json", {**QUEUE, "Outputs": {"O": {"Value": "v", "Export": {"Name": "n"}}}})
    write(tmp_path / "assembly-S" / "manifest.json", {"artifacts": {"B": artifact("B.json")}})
    importing = {
        "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": {"Fn::ImportValue": "n"}}}
    }
    write(tmp_path / "assembly-S" / "B.json", {"Resources": importing})
    assert "import n" in repr(read(tmp_path).of(JobQueue)[1].name)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("{", "it is not JSON"),
        ([], "not that of a cloud assembly"),
        ({"artifacts": []}, "not that of a cloud assembly"),
        ({"artifacts": {"A": artifact("gone.json")}}, "the template gone.json of stack A is missing"),
        (
            {"artifacts": {"A": artifact("../../etc/passwd")}},
            "the template ../../etc/passwd of stack A is missing",
        ),
        (
            {"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": 5}}},
            "the template None of stack A",
        ),
        (
            {"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}}},
            "outside",
        ),
        (
            {"artifacts": {"A": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}}},
            "outside",
        ),
        ({"artifacts": {"A": {"type": "cdk:cloud-assembly"}}}, "outside"),
    ],
)
def test_broken_assemblies(tmp_path: Path, manifest: Any, reason: str) -> None:
    """An incomplete cloud assembly gives one sentence."""
    write(tmp_path / "manifest.json", manifest)
    with pytest.raises(UnreadableInputError, match=reason):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not a CloudFormation template, which is a mapping"),
        ("[]", "not a CloudFormation template, which is a mapping"),
        ("{}", "it has no Resources"),
        ('{"Resources": []}', "it has no Resources"),
        ("{service: s, provider: {name: aws}}", "run `serverless package`, and check .serverless/"),
        ("hello", "not a CloudFormation template, which is a mapping"),
    ],
)
def test_files_that_are_no_templates(tmp_path: Path, content: str, reason: str) -> None:
    """The message has the file and, in one sentence, the reason why it cannot be checked."""
    file = write(tmp_path / "t.yaml", content)
    with pytest.raises(UnreadableInputError, match=reason) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")


def test_a_repeated_resource_is_noted(tmp_path: Path) -> None:
    """The rest of the template is read, and a note has both lines."""
    file = write(tmp_path / "a.yaml", "Resources:\n  A: {Type: X}\n  A: {Type: Y}\n")
    model = read(file)
    assert model.repeated == (
        "a: its Resources have 'A' twice, in line 2 and line 3, and only the last is read",
    )
    assert [each.type for each in model.resources] == ["Y"]


def test_places_that_hold_nothing(tmp_path: Path) -> None:
    """An empty folder, a missing file and an invalid name give one sentence."""
    for path, reason in (
        (tmp_path, "neither a manifest"),
        (tmp_path / "x", "cannot be opened"),
        ("a\0b", "cannot be"),
    ):
        with pytest.raises(UnreadableInputError, match=reason):
            read(path)
