"""Exports in use, which CloudFormation neither changes nor removes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from batch_constructs.assembly.changes import Change, Kind, Risk, plan
from batch_constructs.assembly.template import model_of

# An example of an export: a subnet, whose address range cannot change in place.
NETWORK: dict[str, Any] = {
    "Resources": {
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"}},
        "Other": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}},
    },
    "Outputs": {
        "Subnet": {"Value": {"Ref": "Subnet"}, "Export": {"Name": "subnet"}},
        "Other": {"Value": {"Ref": "Other"}, "Export": {"Name": "other"}},
    },
}


def importing(*names: str) -> dict[str, Any]:
    subnets = [{"Fn::ImportValue": name} for name in names]
    resources = {"Type": "FARGATE", "MaxvCpus": 4, "Subnets": subnets, "SecurityGroupIds": ["sg-1"]}
    environment = {
        "Type": "AWS::Batch::ComputeEnvironment",
        "Properties": {
            "Type": "MANAGED",
            "ReplaceComputeEnvironment": False,
            "ComputeResources": resources,
        },
    }
    return {"Resources": {"Environment": environment}}


def stacks(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Change]:
    found = plan(model_of(*old), model_of(*new))
    return [change for change in found if change.type == "AWS::CloudFormation::Stack"]


def without(template: dict[str, Any], output: str) -> dict[str, Any]:
    less = copy.deepcopy(template)
    del less["Outputs"][output]
    return less


def test_cdk_7602_an_export_that_nobody_uses_any_more_cannot_go_at_once() -> None:
    """aws-cdk#7602: the CDK removes an export with its last use, and deploys the exporting stack first."""
    [change] = stacks(
        [NETWORK, importing("subnet", "other")], [without(NETWORK, "Other"), importing("subnet")]
    )
    assert (change.kind, change.at_least, change.stack) == (Kind.REFUSED, Kind.REFUSED, "Stack1")
    [problem] = change.problems
    assert problem.risk is Risk.FAILS
    assert problem.message.startswith("other would be removed")
    assert problem.message.endswith("Stack2")
    assert "Stack.export_value" in problem.remedy


def test_an_export_that_stays_while_its_user_goes_harms_nobody() -> None:
    """An export that stays in its stack causes no problem when its last user is removed."""
    assert stacks([NETWORK, importing("subnet", "other")], [NETWORK, importing("subnet")]) == []
    assert stacks([NETWORK, importing("subnet")], [without(NETWORK, "Other"), importing("subnet")]) == []
    assert stacks([NETWORK], [without(NETWORK, "Other")]) == []


def test_it_may_fail_where_the_order_is_open() -> None:
    """A stack that no longer imports anything may be deployed first, and then nothing fails."""
    [change] = stacks([NETWORK, importing("other")], [without(NETWORK, "Other"), importing("vpc-2")])
    assert (change.kind, change.at_least) == (Kind.REFUSED, Kind.UNCHANGED)
    assert [problem.risk for problem in change.problems] == [Risk.MAY_FAIL]


def test_a_stack_that_is_not_deployed_any_more_still_imports() -> None:
    """A stack that is no longer deployed still imports, until somebody deletes it."""
    [change] = stacks(
        [NETWORK, importing("other"), importing("subnet")],
        [without(NETWORK, "Other"), importing("subnet")],
    )
    assert [problem.risk for problem in change.problems] == [Risk.FAILS]


def test_an_export_in_use_cannot_change() -> None:
    """A replaced resource has a new id, which an export in use cannot get."""
    moved = copy.deepcopy(NETWORK)
    moved["Resources"]["Subnet"]["Properties"]["CidrBlock"] = "10.0.2.0/24"
    [change] = stacks([NETWORK, importing("subnet")], [moved, importing("subnet")])
    assert [problem.risk for problem in change.problems] == [Risk.FAILS]
    assert change.problems[0].message.startswith("subnet would be changed")
    assert "Fn::GetStackOutput" in change.problems[0].remedy
    tagged = copy.deepcopy(NETWORK)
    tagged["Resources"]["Subnet"]["Properties"]["Tags"] = [{"Key": "a", "Value": "b"}]
    assert stacks([NETWORK, importing("subnet")], [tagged, importing("subnet")]) == []


def test_what_is_read_by_name_may_change() -> None:
    """`Fn::GetStackOutput` blocks no change."""
    output = {"Fn::GetStackOutput": {"StackName": "Stack1", "OutputName": "Subnet"}}
    reader = importing()
    reader["Resources"]["Environment"]["Properties"]["ComputeResources"]["Subnets"] = [output]
    moved = copy.deepcopy(NETWORK)
    moved["Resources"]["Subnet"]["Properties"]["CidrBlock"] = "10.0.2.0/24"
    assert stacks([NETWORK, reader], [moved, reader]) == []
    assert stacks([NETWORK, reader], [without(NETWORK, "Subnet"), reader]) == []


def test_pain_13_the_arn_of_a_definition_changes_with_each_revision() -> None:
    """aws-cdk#36011 across stacks: an exported ``Ref`` of a definition blocks its next revision."""
    jobs: dict[str, Any] = {
        "Resources": {
            "Job": {
                "Type": "AWS::Batch::JobDefinition",
                "Properties": {
                    "Type": "container",
                    "ContainerProperties": {"Image": "a", "Vcpus": 1, "Memory": 512},
                },
            }
        },
        "Outputs": {"Job": {"Value": {"Ref": "Job"}, "Export": {"Name": "job"}}},
    }
    user = {
        "Resources": {
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Description": {"Fn::ImportValue": "job"}},
            }
        }
    }
    next_revision = copy.deepcopy(jobs)
    next_revision["Resources"]["Job"]["Properties"]["ContainerProperties"]["Image"] = "b"
    [change] = stacks([jobs, user], [next_revision, user])
    assert [problem.risk for problem in change.problems] == [Risk.FAILS]


@pytest.mark.parametrize("count", [1, 5])
def test_many_exports_are_one_problem(count: int) -> None:
    """All exports for the same stack are one problem."""
    outputs = {
        f"O{number}": {"Value": {"Ref": "Subnet"}, "Export": {"Name": f"e{number}"}}
        for number in range(count)
    }
    network = {**NETWORK, "Outputs": {**NETWORK["Outputs"], **outputs}}
    names = [f"e{number}" for number in range(count)]
    [change] = stacks([network, importing("subnet", *names)], [NETWORK, importing("subnet")])
    [problem] = change.problems
    assert problem.message.startswith("e0 would" if count == 1 else "e0, e1, e2 and 2 more would")


@pytest.mark.parametrize(
    ("old", "new", "mapped", "risks"),
    [
        # A mapping decides for certain, a parameter's default perhaps.
        ("no", "yes", ("yes", "no"), [Risk.FAILS]),
        ("no", "yes", ("no", "no"), []),
        ("yes", "no", None, [Risk.MAY_FAIL]),
        ("yes", "yes", None, []),
    ],
)
def test_an_export_may_go_with_the_condition_of_its_output(
    old: str, new: str, mapped: tuple[str, str] | None, risks: list[Risk]
) -> None:
    """An output under a condition exports nothing where the condition does not hold."""
    networks = []
    for side, default in enumerate((old, new)):
        network = copy.deepcopy(NETWORK)
        network["Parameters"] = {"Shared": {"Type": "String", "Default": default}}
        network["Mappings"] = {"M": {"m": {"k": mapped[side] if mapped else "-"}}}
        shared = {"Fn::FindInMap": ["M", "m", "k"]} if mapped else {"Ref": "Shared"}
        network["Conditions"] = {"IsShared": {"Fn::Equals": [shared, "yes"]}}
        network["Outputs"]["Subnet"]["Condition"] = "IsShared"
        networks.append(network)
    changes = stacks([networks[0], importing("subnet")], [networks[1], importing("subnet")])
    problems = [problem for change in changes for problem in change.problems]
    assert [problem.risk for problem in problems] == risks
    assert all(problem.message.startswith("subnet would be removed") for problem in problems)
