"""Stacks import from each other, and nested stacks get parameters from their parent."""

from __future__ import annotations

from typing import Any

from batch_constructs.assembly.template import ParameterValue, Reference, Unknown, model_of
from batch_constructs.assembly.template.documents import DataDocument
from batch_constructs.assembly.template.stacks import Stack


def stack(name: str = "Stack", **sections: Any) -> Stack:
    return Stack(name, DataDocument(sections, None))


def test_imports_lead_to_what_another_stack_exports() -> None:
    """An import is the exporting stack's resource."""
    queue = {"Queue": {"Type": "AWS::Batch::JobQueue"}}
    output = {"Value": {"Fn::GetAtt": ["Queue", "JobQueueArn"]}, "Export": {"Name": {"Fn::Sub": "the-queue"}}}
    model = model_of({"Resources": queue, "Outputs": {"Queue": output}}, {})
    found = model.stacks[1].resolve({"Fn::ImportValue": {"Fn::Join": ["-", ["the", "queue"]]}})
    assert isinstance(found, Reference)
    assert found.target is model.resources[0]
    assert isinstance(model.stacks[1].resolve({"Fn::ImportValue": "another"}), Unknown)


def test_outputs_of_other_stacks_are_read_by_name() -> None:
    """``Fn::GetStackOutput``, the CDK's weak reference, is also the other stack's resource."""
    queue = {"Queue": {"Type": "AWS::Batch::JobQueue"}}
    output = {"Value": {"Fn::GetAtt": ["Queue", "JobQueueArn"]}}
    model = model_of({"Resources": queue, "Outputs": {"Queue": output}}, {})
    reader = model.stacks[1]
    asked = {"StackName": {"Fn::Join": ["", ["Stack", "1"]]}, "OutputName": "Queue"}
    for region in ({}, {"Region": {"Ref": "AWS::Region"}}, {"Region": "eu-west-1"}):
        found = reader.resolve({"Fn::GetStackOutput": {**asked, **region}})
        assert isinstance(found, Reference)
        assert found.target is model.resources[0]
    for other in (
        {**asked, "OutputName": "Gone"},
        {**asked, "StackName": "Elsewhere"},
        {"OutputName": "Queue"},
        "x",
    ):
        assert isinstance(reader.resolve({"Fn::GetStackOutput": other}), Unknown)


def test_an_output_of_a_stack_in_another_region_is_not_that_of_its_namesake() -> None:
    """Stacks of the same name are told apart by Region; if that is impossible, the output is unknown."""
    from batch_constructs.assembly.template.cloud_assembly import share_exports

    stacks = [
        Stack("Data", DataDocument({"Outputs": {"O": {"Value": region}}}, None), {"AWS::Region": region})
        for region in ("eu-west-1", "us-east-1")
    ]
    reader = Stack("Reader", DataDocument({}, None), {"AWS::Region": "eu-west-1"})
    share_exports([*stacks, reader])
    asked = {"StackName": "Data", "OutputName": "O"}
    assert reader.resolve({"Fn::GetStackOutput": {**asked, "Region": "us-east-1"}}) == "us-east-1"
    assert reader.resolve({"Fn::GetStackOutput": {**asked, "Region": {"Ref": "AWS::Region"}}}) == "eu-west-1"
    assert isinstance(reader.resolve({"Fn::GetStackOutput": asked}), Unknown)


def test_a_nested_stack_sees_what_its_parent_passes() -> None:
    """A parameter of a nested stack is the parent's expression, or its default if none is passed."""
    parent = stack(
        Resources={"Queue": {"Type": "AWS::Batch::JobQueue"}, "Child": {"Type": "AWS::CloudFormation::Stack"}}
    )
    parameters = {
        "Queue": {"Type": "String"},
        "Zones": {"Type": "CommaDelimitedList"},
        "Size": {"Type": "Number", "Default": 4},
        "Open": {"Type": "String"},
    }
    child = stack(Parameters=parameters, Outputs={"Answer": {"Value": {"Fn::Sub": "${Zones}${Size}"}}})
    parent.nest("Child", child, {"Queue": {"Ref": "Queue"}, "Zones": "a, b"})
    found = child.resolve({"Ref": "Queue"})
    assert isinstance(found, Reference)
    assert found.target is parent.resources["Queue"]
    assert child.resolve({"Ref": "Zones"}) == ["a", "b"]
    assert child.resolve({"Ref": "Size"}) == 4
    assert isinstance(child.resolve({"Ref": "Open"}), ParameterValue)


def test_outputs_of_a_nested_stack() -> None:
    """`Fn::GetAtt` on a nested stack is the value of its output."""
    parent = stack(Resources={"Child": {"Type": "AWS::CloudFormation::Stack"}})
    child = stack(Outputs={"Name": {"Value": {"Fn::Join": ["-", ["a", "b"]]}}, "Odd": "x"})
    parent.nest("Child", child, {})
    assert parent.resolve({"Fn::GetAtt": ["Child", "Outputs.Name"]}) == "a-b"
    assert isinstance(parent.resolve({"Fn::GetAtt": ["Child", "Outputs.Odd"]}), Unknown)
    assert isinstance(parent.resolve({"Fn::GetAtt": ["Child", "Outputs.Gone"]}), Unknown)


def test_circles_are_unknown() -> None:
    """A parameter that is the stack's own output, or a circle of exports, is unknown."""
    parent = stack(Resources={"Child": {"Type": "AWS::CloudFormation::Stack"}})
    child = stack(Parameters={"P": {"Type": "String"}}, Outputs={"O": {"Value": {"Ref": "P"}}})
    parent.nest("Child", child, {"P": {"Fn::GetAtt": ["Child", "Outputs.O"]}})
    assert isinstance(child.resolve({"Ref": "P"}), Unknown)
    one, two = (
        {"O": {"Value": {"Fn::ImportValue": a}, "Export": {"Name": b}}} for a, b in (("y", "x"), ("x", "y"))
    )
    model = model_of({"Outputs": one}, {"Outputs": two})
    assert isinstance(model.stacks[0].resolve({"Fn::ImportValue": "x"}), Unknown)


def test_a_long_chain_of_stacks_is_unknown() -> None:
    """A value that passes through a thousand stacks is unknown, and no crash."""
    chain = [
        {"Outputs": {"O": {"Value": {"Fn::ImportValue": f"e{i + 1}"}, "Export": {"Name": f"e{i}"}}}}
        for i in range(1000)
    ]
    model = model_of(*chain, {"Outputs": {"O": {"Value": "end", "Export": {"Name": "e1000"}}}})
    assert isinstance(model.stacks[0].resolve({"Fn::ImportValue": "e0"}), Unknown)
    assert model.stacks[0].resolve({"Fn::ImportValue": "e990"}) == "end"


def test_odd_sections_are_empty() -> None:
    """Sections of a wrong type count as empty."""
    odd = stack(Resources=[], Parameters="x", Mappings=5, Outputs=[1])
    assert odd.resources == {}
    assert isinstance(odd.resolve({"Ref": "P"}), Unknown)
    assert isinstance(odd.resolve({"Fn::FindInMap": ["a", "b", "c"]}), Unknown)
    assert odd.own_exports() == {}
    odd = stack(
        Parameters={"P": {"Type": 5}},
        Outputs={"O": {"Export": [], "Value": 1}, "Q": {"Export": {"Name": "x"}}},
    )
    assert isinstance(odd.resolve({"Ref": "P"}), ParameterValue)
    assert odd.own_exports() == {}


def test_properties_that_are_an_expression_are_unknown() -> None:
    """A resource whose properties are not a mapping exists, with unknown members."""
    odd = stack(Resources={"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Ref": "P"}}})
    assert isinstance(odd.resources["Queue"].raw("Priority"), Unknown)
