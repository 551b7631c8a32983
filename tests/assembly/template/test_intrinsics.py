"""Functions give what the template makes certain, and no more."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from batch_constructs.assembly.template import (
    Either,
    ParameterValue,
    PartialText,
    Reference,
    Unknown,
    model_of,
)

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Size": {"Type": "Number", "Default": 3},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>"},
    },
    "Mappings": {
        "Sizes": {"small": {"cpu": 1, "arch": "x"}, "large": {"cpu": 8, "arch": "x"}},
        "Lists": {"a": {"types": ["c7i", "m7i"]}},
    },
    "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Size"}, 3]}},
    "Resources": {"Queue": {"Type": "AWS::Batch::JobQueue"}, "Role": {"Type": "AWS::IAM::Role"}},
}
[STACK] = model_of(TEMPLATE).stacks


def resolve(node: Any) -> Any:
    return STACK.resolve(node)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ("x", "x"),
        (1, 1),
        ({"a": 1}, {"a": 1}),
        ({"Ref": "AWS::NoValue"}, None),
        ({"Fn::Join": ["-", ["a", 1, True, 0.5]]}, "a-1-true-0.5"),
        ({"Fn::Join": ["", []]}, ""),
        ({"Fn::Sub": "plain"}, "plain"),
        ({"Fn::Sub": "${!Literal} ${x}"}, PartialText),
        ({"Fn::Sub": ["${a}${b}", {"a": 1, "b": {"Fn::Join": ["", ["2", "3"]]}}]}, "123"),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        ({"Fn::Select": [1, ["a", "b"]]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": ["/", "a/b"]}]}, "a"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::FindInMap": ["Sizes", "large", "cpu"]}, 8),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "arch"]}, "x"),
        ({"Fn::FindInMap": ["Lists", "a", "types"]}, ["c7i", "m7i"]),
        ({"Fn::If": ["Big", "same", "same"]}, "same"),
        ({"Fn::Base64": "script"}, base64.b64encode(b"script").decode()),
    ],
)
def test_certain_values(node: Any, value: Any) -> None:
    """Functions with literal arguments give literals."""
    found = resolve(node)
    if isinstance(value, type):
        assert isinstance(found, value)
    else:
        assert found == value


@pytest.mark.parametrize(
    "node",
    [
        {"Ref": "Nothing"},
        {"Ref": "AWS::Region"},
        {"Ref": ["wrong"]},
        {"Fn::GetAtt": ["Nothing", "Arn"]},
        {"Fn::GetAtt": [1, 2]},
        {"Fn::GetAtt": "NoDot"},
        {"Fn::ImportValue": "elsewhere"},
        {"Fn::ImportValue": {"Ref": "Size"}},
        {"Fn::GetAZs": ""},
        {"Fn::Transform": {"Name": "Macro"}},
        {"Fn::Cidr": ["10.0.0.0/16", 2, 8]},
        {"Fn::Invented": 1},
        {"Fn::Join": "wrong"},
        {"Fn::Join": ["", {"Ref": "Size"}]},
        {"Fn::Join": ["", [{"a": 1}]]},
        {"Fn::Join": [{"Ref": "Size"}, ["a", "b"]]},
        {"Fn::Sub": 5},
        {"Fn::Sub": ["${a}", "wrong"]},
        {"Fn::Select": [9, ["a"]]},
        {"Fn::Select": ["-1", ["a"]]},
        {"Fn::Select": [{"Ref": "Size"}, ["a"]]},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Split": ["", "ab"]},
        {"Fn::Split": [",", {"Ref": "Size"}]},
        {"Fn::FindInMap": ["Nothing", "a", "b"]},
        {"Fn::FindInMap": ["Sizes", "none", "cpu"]},
        {"Fn::FindInMap": "wrong"},
        {"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "cpu"]},
        {"Fn::If": ["Big"]},
        {"Fn::If": ["Big", 1, 2]},
        {"Fn::Base64": {"Ref": "Size"}},
        "{{resolve:ssm:/batch/image}}",
        None,
    ],
)
def test_unknown_values(node: Any) -> None:
    """Values that are decided elsewhere, and invalid ones, are unknown and never an error."""
    assert isinstance(resolve(node), Unknown)


def test_references_lead_to_the_resource() -> None:
    """`Ref` and `Fn::GetAtt` give the resource, also inside `Fn::Sub`."""
    whole: list[Any] = [{"Ref": "Queue"}, {"Fn::Sub": "${Queue}"}, {"Fn::Join": ["", [{"Ref": "Queue"}]]}]
    for node in whole:
        found = resolve(node)
        assert isinstance(found, Reference)
        assert (found.target.logical_id, found.attribute) == ("Queue", "")
    attributes: list[Any] = [
        {"Fn::GetAtt": ["Role", "Arn"]},
        {"Fn::GetAtt": "Role.Arn"},
        {"Fn::Sub": "${Role.Arn}"},
    ]
    for attribute in attributes:
        found = resolve(attribute)
        assert isinstance(found, Reference)
        assert (found.target.logical_id, found.attribute) == ("Role", "Arn")


def test_both_arms_of_a_condition_are_kept() -> None:
    """Different branches are options, an omitted member too; nested conditions give one list."""
    found = resolve({"Fn::If": ["Big", 8, {"Fn::If": ["Other", {"Ref": "AWS::NoValue"}, 8]}]})
    assert isinstance(found, Either)
    assert found.options == (8, None)
    arms = [{"Ref": "Queue"}, {"Ref": "Queue"}]
    assert isinstance(resolve({"Fn::If": ["Big", *arms]}), Reference)


def test_a_default_is_not_certain() -> None:
    """The default of a parameter is readable, but is not its value."""
    found = resolve({"Ref": "Size"})
    assert isinstance(found, ParameterValue)
    assert (found.name, found.default) == ("Size", 3)
    assert resolve({"Ref": "Image"}).default is None


def test_texts_with_holes_grow_together() -> None:
    """Strings inside strings give one string, with only the unknown parts open."""
    inner = {"Fn::Sub": "b-${AWS::Region}-c"}
    found = resolve({"Fn::Join": ["/", ["a", inner, "d"]]})
    assert isinstance(found, PartialText)
    assert found.text == "a/b-${AWS::Region}-c/d"
    assert (found.prefix, found.suffix) == ("a/b-", "-c/d")


def test_depth_and_length_have_an_end() -> None:
    """Deeply nested functions, and strings that grow without limit, become unknown."""
    tower: Any = "x"
    for _ in range(500):
        tower = {"Fn::Join": ["", [tower]]}
    assert isinstance(resolve(tower), Unknown)
    huge = {"Fn::Join": ["", ["x" * 600_000, "x" * 600_000]]}
    assert isinstance(resolve(huge), Unknown)


@pytest.mark.parametrize(
    ("separator", "index", "refers"),
    [(":", 5, True), (":", 4, False), ("/", 1, True), ("/", 0, False), (",", 9, False)],
)
def test_the_name_cut_out_of_an_arn_refers_to_the_resource(
    separator: str, index: int, *, refers: bool
) -> None:
    """The name that is cut out of an ARN still refers to the resource; other parts do not."""
    found = resolve({"Fn::Select": [index, {"Fn::Split": [separator, {"Ref": "Queue"}]}]})
    assert isinstance(found, Unknown)
    assert isinstance(found, Reference) is refers


@pytest.mark.parametrize(
    "text",
    [
        "${self:service}-jobs",
        "jobs-${opt:stage, 'dev'}",
        "${file(./custom.yml):name}",
        "#{AWS::StackName}-jobs",
        {"Fn::Sub": "#{AWS::StackName}-${AWS::Region}"},
    ],
)
def test_variables_of_the_serverless_framework_are_unknown(text: Any) -> None:
    """The Serverless Framework fills them in before CloudFormation reads the template."""
    assert repr(resolve(text)) == "<Unknown: a variable of the Serverless Framework>"


@pytest.mark.parametrize("text", ["${env:-default}", "${HOME}", "#{AWS}", "a{b}", "${selfish:x}"])
def test_expressions_of_a_shell_are_strings(text: str) -> None:
    """The shell's defaults look similar, and are literal."""
    assert resolve(text) == text
