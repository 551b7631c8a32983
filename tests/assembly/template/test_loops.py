"""``Fn::ForEach`` with a collection in the template is expanded; any other loop is said to be unread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.checks import check, unread
from batch_constructs.assembly.template import is_given, model_of, read
from batch_constructs.assembly.template.resources import ComputeEnvironment, JobQueue

if TYPE_CHECKING:
    from pathlib import Path

TRANSFORM = "AWS::LanguageExtensions"


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Batch::JobQueue", "Properties": properties}


def template(**more: Any) -> dict[str, Any]:
    return {"Transform": TRANSFORM, **more}


def queues(root: dict[str, Any]) -> dict[str, JobQueue]:
    return {each.logical_id: each for each in model_of(root).of(JobQueue)}


def test_each_element_creates_a_resource() -> None:
    """Names and values of the body have the element in place of the identifier."""
    body = {
        "Queue${Size}": queue(
            JobQueueName={"Fn::Sub": "jobs-${Size}"}, Priority=1, Tags={"size": {"Ref": "Size"}}
        )
    }
    found = queues(template(Resources={"Fn::ForEach::Queues": ["Size", ["Small", "Big"], body]}))
    assert {name: (each.name, each.tags) for name, each in found.items()} == {
        "QueueSmall": ("jobs-Small", {"size": "Small"}),
        "QueueBig": ("jobs-Big", {"size": "Big"}),
    }


def test_loops_inside_loops() -> None:
    """The inner loop may use the identifier of the outer one, also in its collection."""
    inner = {
        "Fn::ForEach::Inner${A}": ["B", {"Fn::FindInMap": ["M", {"Ref": "A"}, "of"]}, {"Q${A}${B}": queue()}]
    }
    root = template(
        Mappings={"M": {"x": {"of": ["1", "2"]}, "y": {"of": ["3"]}}},
        Resources={"Fn::ForEach::Outer": ["A", ["x", "y"], inner]},
    )
    assert list(queues(root)) == ["Qx1", "Qx2", "Qy3"]


def test_signs_that_logical_ids_cannot_have_are_left_out() -> None:
    """``&{Identifier}`` is the element without them."""
    root = template(
        Resources={"Fn::ForEach::Q": ["X", ["a-1", "b.2"], {"Q&{X}": queue(JobQueueName="${X}")}]}
    )
    assert {name: each.name for name, each in queues(root).items()} == {"Qa1": "a-1", "Qb2": "b.2"}


def test_loop_in_properties() -> None:
    """A loop inside of a resource creates its members."""
    loop = {"Fn::ForEach::Tags": ["T", ["a", "b"], {"tag-${T}": "${T}"}]}
    root = template(Resources={"Q": queue(Tags=loop)})
    assert queues(root)["Q"].tags == {"tag-a": "a", "tag-b": "b"}


def test_loops_in_conditions_and_outputs() -> None:
    """Conditions and outputs that a loop creates can be used like others."""
    equal = {"C${X}": {"Fn::Equals": ["${X}", "a"]}}
    export = {"O${X}": {"Value": {"Ref": "Q"}, "Export": {"Name": "queue-${X}"}}}
    root = template(
        Conditions={"Fn::ForEach::C": ["X", ["a", "b"], equal]},
        Outputs={"Fn::ForEach::O": ["X", ["a", "b"], export]},
        Resources={
            "Q": queue(Priority={"Fn::If": ["Ca", 1, 2]}, State={"Fn::If": ["Cb", "ENABLED", "DISABLED"]})
        },
    )
    user = {
        "Resources": {
            "Env": {
                "Type": "AWS::Batch::JobQueue",
                "Properties": {"JobQueueName": {"Fn::ImportValue": "queue-b"}},
            }
        }
    }
    model = model_of(root, user)
    found = model.of(JobQueue)[0]
    assert (found.priority, found.state) == (1, "DISABLED")
    assert set(model.stacks[1].exports) == {"queue-a", "queue-b"}


@pytest.mark.parametrize("collection", [{"Ref": "Names"}, "x", ["a", {"Ref": "Names"}], None])
def test_loop_that_only_the_deployment_knows_is_unread(collection: Any) -> None:
    """A loop over resources whose collection is not in the template is named, and creates nothing."""
    root = template(
        Parameters={"Names": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        Resources={"Fn::ForEach::Queues": ["X", collection, {"Q${X}": queue()}], "Q": queue(Priority=1)},
    )
    model = model_of(root)
    assert [each.logical_id for each in model.of(JobQueue)] == ["Q"]
    [note] = unread(model)
    assert note.startswith(
        "Stack1: Fn::ForEach::Queues is not read, because its collection is known only at the dep"
    )


def test_absent_members_beside_an_unread_loop_are_unknown() -> None:
    """A member that an unread loop may create is neither given nor omitted."""
    loop = {"Fn::ForEach::M": ["M", {"Ref": "Members"}, {"${M}": 1}], "Type": "EC2"}
    root = template(
        Parameters={"Members": {"Type": "CommaDelimitedList"}},
        Resources={"E": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"ComputeResources": loop}}},
    )
    [environment] = model_of(root).of(ComputeEnvironment)
    resources = environment.compute_resources
    assert not resources.omits("MaxvCpus")
    assert not is_given(resources.max_vcpus)


def test_absent_members_beside_an_include_are_unknown() -> None:
    """What AWS::Include may add is neither given nor omitted, so no rule reports it."""
    include = {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/more.yaml"}}
    resources = {"Fn::Transform": include, "Type": "EC2", "MaxvCpus": 16}
    properties = {"Type": "MANAGED", "ComputeResources": resources}
    model = model_of(
        {"Resources": {"E": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}}}
    )
    assert [each.message for each in check(model, crash=True)] == []


@pytest.mark.parametrize(
    "more",
    [
        {"Transform": ["MyMacro"]},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        {"Transform": [TRANSFORM, "M"]},
    ],
)
def test_macro_that_may_add_resources_is_unread(more: dict[str, Any]) -> None:
    """A macro, and an include at the top, may create resources; transforms of AWS do not."""
    model = model_of({**more, "Resources": {"Q": queue(Priority=1)}})
    assert len(unread(model)) == 1
    assert unread(model_of({"Transform": "AWS::Serverless-2016-10-31", "Resources": {}})) == ()


def test_line_of_a_repeated_resource_is_in_the_body(tmp_path: Path) -> None:
    """Findings about a resource of a loop point to the body, in YAML and JSON."""
    file = tmp_path / "t.yaml"
    file.write_text(
        "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Q:\n    - X\n    - [a]\n"
        "    - Q${X}:\n        Type: AWS::Batch::JobQueue\n        Properties:\n          Priority: 5000\n"
    )
    [finding] = check(read(file), select=["JQ-07"])
    assert (finding.logical_id, finding.line) == ("Qa", 9)


def test_loops_that_create_too_much_are_unread() -> None:
    """Loops inside loops grow fast, so there is a limit."""
    letters = [str(number) for number in range(100)]
    body: dict[str, Any] = {"Q${A}${B}${C}": queue()}
    for name in "CBA":
        body = {f"Fn::ForEach::{name}": [name, letters, body]}
    model = model_of(template(Resources=body))
    assert model.resources == []
    assert "it creates too much" in unread(model)[0]
