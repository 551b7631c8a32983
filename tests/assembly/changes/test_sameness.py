"""Values that are the same, differ, or may differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read
from tests.assembly.changes.conftest import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

ACCOUNT = {"Ref": "AWS::AccountId"}
PARAMETERS = {"P": {"Type": "String", "Default": "a"}, "Q": {"Type": "String"}}
DIGEST = {"Fn::Select": [1, {"Fn::Split": ["@", {"Fn::GetAtt": ["Builder", "Digest"]}]}]}
# The attribute of a nested stack has a dot of its own.
NESTED_DIGEST = {"Fn::Select": [1, {"Fn::Split": ["@", {"Fn::GetAtt": "Builder.Outputs.Digest"}]}]}


def image(value: Any, conditions: Any = None, **resources: Any) -> dict[str, Any]:
    """Return a definition with the value as its image."""
    definition = {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {"ContainerProperties": {"Image": value}},
    }
    return {
        "Parameters": PARAMETERS,
        "Conditions": conditions or {},
        "Resources": {"Job": definition, **resources},
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "b"),
        ({"Fn::Sub": "${AWS::AccountId}/a"}, {"Fn::Sub": "${AWS::AccountId}/b"}),
        ({"Fn::Join": ["", [DIGEST, ":1"]]}, {"Fn::Join": ["", [DIGEST, ":2"]]}),
        ({"Fn::Sub": "a/${P}"}, {"Fn::Sub": "b/${Q}"}),
        ({"Fn::Sub": "${P}/a"}, "x/b"),
        ("image", {"Fn::Sub": "${P}-image"}),
        ({"Ref": "P"}, None),
        ({"a": "b"}, ["a"]),
        (["a"], {"a": "b"}),
        (["a"], "a"),
        ({"Fn::Base64": "a"}, "a"),
        ("a", {"Fn::Base64": "a"}),
    ],
)
def test_some_differences_are_certain(planned: Callable[..., dict[str, Change]], old: Any, new: Any) -> None:
    """Two values certainly differ if their known parts do."""
    [difference] = planned(image(old), image(new) if new else _without(image(old)))["Job"].properties
    assert difference.certain
    assert difference.path == "ContainerProperties.Image"


def _without(template: dict[str, Any]) -> dict[str, Any]:
    template["Resources"]["Job"]["Properties"]["ContainerProperties"] = {"Vcpus": {"Ref": "AWS::NoValue"}}
    return template


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", {"Ref": "P"}),
        ({"Ref": "P"}, {"Ref": "Q"}),
        ({"Fn::Sub": "${P}/a"}, "x/a"),
        ({"Fn::Sub": "a${P}"}, {"Fn::Sub": "${P}a"}),
        ({"Fn::If": ["C", "a", "b"]}, "a"),
        ({"Fn::If": ["C", "a", "b"]}, {"Fn::If": ["C", "a", "c"]}),
        ({"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}, None),
        ("{{resolve:ssm:/a}}", "{{resolve:ssm:/b}}"),
        (DIGEST, {"Fn::Select": [0, DIGEST["Fn::Select"][1]]}),
    ],
)
def test_some_differences_stay_open(planned: Callable[..., dict[str, Change]], old: Any, new: Any) -> None:
    """A difference behind unknown parts is not certain, and neither is its effect."""
    change = planned(image(old), image(new) if new else _without(image(old)))["Job"]
    assert not change.properties[0].certain
    assert (change.kind, change.at_least) == (Kind.NEW_REVISION, Kind.UNCHANGED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"Ref": "P"}, {"Fn::Sub": "${P}"}),
        ({"Fn::Join": ["/", ["a", "b"]]}, "a/b"),
        (DIGEST, DIGEST),
        ("{{resolve:ssm:/a}}", "{{resolve:ssm:/a}}"),
        ({"Fn::If": ["C", "a", {"Ref": "P"}]}, {"Fn::If": ["C", "a", {"Ref": "P"}]}),
        (1, "1"),
        ({"Fn::Sub": "${AWS::Region}/a"}, {"Fn::Join": ["", [{"Ref": "AWS::Region"}, "/a"]]}),
    ],
)
def test_the_same_in_other_words_is_no_change(
    planned: Callable[..., dict[str, Change]], old: Any, new: Any
) -> None:
    """Two expressions with the same value are the same, whatever it is."""
    assert planned(image(old), image(new)) == {}


def test_another_condition_behind_the_same_words_leaves_it_open(
    planned: Callable[..., dict[str, Change]],
) -> None:
    """The same Fn::If may give another value if its condition, or one that it uses, changes."""
    value = {"Fn::If": ["C", "a", "b"]}
    rests = {"C": {"Fn::Not": [{"Condition": "D"}]}}
    before = image(value, {**rests, "D": {"Fn::Equals": [{"Ref": "P"}, "x"]}})
    after = image(value, {**rests, "D": {"Fn::Equals": [{"Ref": "P"}, "y"]}})
    assert planned(before, before) == {}
    assert not planned(before, after)["Job"].certain


def test_a_new_default_may_change_what_the_parameter_gives(planned: Callable[..., dict[str, Change]]) -> None:
    """A new default may have no effect, because CloudFormation keeps the last value."""
    before, after = image({"Ref": "P"}), image({"Ref": "P"})
    after["Parameters"] = {"P": {"Type": "String", "Default": "b"}}
    assert not planned(before, after)["Job"].certain


@pytest.mark.parametrize(
    "value", [{"Fn::GetAtt": ["Group", "Arn"]}, {"Fn::Sub": "${Group}/a"}, {"Ref": "Group"}]
)
def test_what_refers_to_a_replaced_resource_changes(
    planned: Callable[..., dict[str, Change]], value: Any
) -> None:
    """A log group under another name is a new one; with another retention it stays the same."""
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "a", "RetentionInDays": 1}}
    renamed = {**group, "Properties": {"LogGroupName": "b", "RetentionInDays": 1}}
    kept = {**group, "Properties": {"LogGroupName": "a", "RetentionInDays": 7}}
    assert planned(image(value, Group=group), image(value, Group=renamed))["Job"].certain
    assert planned(image(value, Group=group), image(value, Group=kept)) == {}


@pytest.mark.parametrize("value", [{"Fn::GetAtt": ["Builder", "Digest"]}, DIGEST, NESTED_DIGEST])
def test_what_refers_to_an_unfamiliar_resource_that_changes_stays_open(
    planned: Callable[..., dict[str, Change]], value: Any
) -> None:
    """The attributes of a changed custom resource may change."""
    builder = {"Type": "Custom::Builder", "Properties": {"Source": "1"}}
    other = {"Type": "Custom::Builder", "Properties": {"Source": "2"}}
    change = planned(image(value, Builder=builder), image(value, Builder=other))["Job"]
    assert (change.kind, change.at_least) == (Kind.NEW_REVISION, Kind.UNCHANGED)
    assert planned(image(value, Builder=builder), image(value, Builder=builder)) == {}


def test_another_order_may_mean_nothing(quickstart: dict[str, Any], changing: Callable[..., Change]) -> None:
    """The schema calls subnets unordered, but CloudFormation may still see another order as a change."""
    subnets = quickstart["Resources"]["Spot"]["Properties"]["ComputeResources"]["Subnets"]
    change = changing(quickstart, "Spot", "ComputeResources.Subnets", subnets[::-1])
    assert (change.kind, change.at_least) == (Kind.INFRASTRUCTURE_UPDATE, Kind.UNCHANGED)


def test_small_letters_may_mean_the_same(quickstart: dict[str, Any], changing: Callable[..., Change]) -> None:
    """AWS accepts MANAGED in upper and lower case."""
    change = changing(quickstart, "Spot", "Type", "managed")
    assert (change.kind, change.at_least) == (Kind.REPLACED, Kind.UNCHANGED)


def test_user_data_that_differs_in_a_literal_part_differs(planned: Callable[..., dict[str, Change]]) -> None:
    """User data differs if its literal parts do, even in base64 and with unknown parts."""

    def template(script: str) -> dict[str, Any]:
        data = {"UserData": {"Fn::Base64": {"Fn::Sub": script}}}
        return {
            "Resources": {
                "Template": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}},
                "Environment": {
                    "Type": "AWS::Batch::ComputeEnvironment",
                    "Properties": {
                        "Type": "MANAGED",
                        "ReplaceComputeEnvironment": False,
                        "ComputeResources": {
                            "Type": "SPOT",
                            "AllocationStrategy": "SPOT_CAPACITY_OPTIMIZED",
                            "LaunchTemplate": {
                                "LaunchTemplateId": {"Ref": "Template"},
                                "Version": {"Fn::GetAtt": "Template.LatestVersionNumber"},
                            },
                        },
                    },
                },
            }
        }

    change = planned(template("${AWS::Region} one"), template("${AWS::Region} two"))["Environment"]
    assert change.at_least is Kind.INFRASTRUCTURE_UPDATE
    assert change.hint == "Template changes: LaunchTemplateData.UserData"


def test_a_replaced_launch_template_has_another_version_for_certain(
    planned: Callable[..., dict[str, Change]],
) -> None:
    """The environment changes for certain, even if the data of the new template may be the same."""
    version = {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}

    def template(name: str, image_id: Any) -> dict[str, Any]:
        data = {"LaunchTemplateName": name, "LaunchTemplateData": {"ImageId": image_id}}
        return image(version, Template={"Type": "AWS::EC2::LaunchTemplate", "Properties": data})

    assert not planned(template("a", "ami-1"), template("a", {"Ref": "P"}))["Job"].certain
    assert planned(template("a", "ami-1"), template("b", {"Ref": "P"}))["Job"].certain


def test_no_published_template_differs_from_itself() -> None:
    """A template that is read twice has no changes, whatever expressions are in it."""
    for file in GOLDEN.glob("*.json"):
        assert plan(read(file), read(file)) == (), file.name
