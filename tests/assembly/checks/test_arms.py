"""Parameters with a closed set of values, and conditions: each value and each outcome is checked."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.assembly.checks import Finding, check
from batch_constructs.assembly.template import model_of
from batch_constructs.assembly.template.choices import plan_deployments

KIND = {"Type": "String", "AllowedValues": ["EC2", "SPOT", "FARGATE"]}
LARGE = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}


def environment(**resources: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Batch::ComputeEnvironment",
        "Properties": {"Type": "MANAGED", "ComputeResources": {"MaxvCpus": 16, **resources}},
    }


def template(*, conditions: dict[str, Any] | None = None, **parameters: Any) -> dict[str, Any]:
    return {"Parameters": parameters, "Conditions": conditions or {}, "Resources": {}}


def found(root: dict[str, Any], *rules: str, **resources: Any) -> list[str]:
    """Return ``severity message`` of each finding."""
    root["Resources"] |= resources
    return [f"{each.severity} {each.message}" for each in check(model_of(root), select=rules, crash=True)]


def test_value_of_a_parameter_is_checked_alone() -> None:
    """What one allowed value breaks is a warning that names the value, even if the rule's severity is error."""
    root = template(Kind=KIND)
    messages = found(root, "CE-12", Env=environment(Type={"Ref": "Kind"}, MinvCpus=4))
    assert messages == ["warning if Kind is FARGATE: MinvCpus is for instances, which FARGATE does not have"]


def test_what_all_values_break_is_a_finding_as_usual() -> None:
    """What every allowed value breaks has the rule's severity, and no arm in its message."""
    root = template(Kind={**KIND, "AllowedValues": ["EC2", "SPOT"]})
    messages = found(root, "IAM-03", Env=environment(Type={"Ref": "Kind"}))
    assert messages == ["error an environment on EC2 needs InstanceRole, got none"]


def test_several_values_are_named_together() -> None:
    """Two of three values that break a rule are named in one message."""
    messages = found(template(Kind=KIND), "IAM-03", Env=environment(Type={"Ref": "Kind"}))
    assert messages == ["warning if Kind is EC2 or SPOT: an environment on EC2 needs InstanceRole, got none"]


def test_both_outcomes_of_a_condition_are_checked() -> None:
    """A condition on a free parameter holds for the literal that it is compared with, or does not."""
    root = template(conditions={"Large": LARGE}, Stage={"Type": "String"})
    env = environment(Type="FARGATE", MaxvCpus={"Fn::If": ["Large", 16, 0]})
    [message] = found(root, "CE-08", Env=env)
    assert message.startswith("warning if Stage is not prod: MaxvCpus must")


def test_condition_that_no_parameter_decides_is_named() -> None:
    """A comparison of two expressions may hold or not, and its condition is named."""
    comparison = {"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Zones"}]}, {"Ref": "Stage"}]}
    root = template(conditions={"First": comparison}, Zones={"Type": "CommaDelimitedList"})
    env = environment(Type="FARGATE", MaxvCpus={"Fn::If": ["First", 16, 0]})
    [message] = found(root, "CE-08", Env=env)
    assert message.startswith("warning if condition First does not hold: MaxvCpus must")


def test_conditions_of_one_parameter_are_consistent() -> None:
    """Two conditions on one parameter never hold together if they name different values."""
    conditions = {"Prod": LARGE, "Dev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}
    root = template(conditions=conditions, Stage={"Type": "String"})
    kind = {"Fn::If": ["Prod", "FARGATE", "EC2"]}
    assert (
        found(
            root,
            "CE-12",
            Env=environment(Type=kind, MinvCpus={"Fn::If": ["Dev", 4, {"Ref": "AWS::NoValue"}]}),
        )
        == []
    )


def test_rows_of_a_mapping_are_checked() -> None:
    """A parameter that chooses a row of a mapping has the values of its rows."""
    root = template(Size={"Type": "String"})
    root["Mappings"] = {"Sizes": {"small": {"Max": 0}, "large": {"Max": 64}}}
    env = environment(Type="FARGATE", MaxvCpus={"Fn::FindInMap": ["Sizes", {"Ref": "Size"}, "Max"]})
    [message] = found(root, "CE-08", Env=env)
    assert message.startswith("warning if Size is small: MaxvCpus must")


def test_two_choices_are_named_if_both_are_needed() -> None:
    """A finding that needs a value of two parameters names both."""
    sizes = {"Type": "Number", "AllowedValues": [0, 4]}
    env = environment(Type={"Ref": "Kind"}, MinvCpus={"Fn::If": ["Large", 4, {"Ref": "AWS::NoValue"}]})
    root = template(conditions={"Large": LARGE}, Kind=KIND, Stage={"Type": "String"}, Size=sizes)
    [message] = found(root, "CE-12", Env=env)
    assert message.startswith("warning if Stage is prod and Kind is FARGATE: MinvCpus")


def test_resources_that_do_not_exist_together_are_apart() -> None:
    """Two resources whose conditions exclude each other are never in one deployment."""
    other = {"Fn::Not": [{"Condition": "Large"}]}
    root = template(conditions={"Large": LARGE, "Small": other}, Stage={"Type": "String"})
    envs = {name: {**environment(Type="FARGATE"), "Condition": name} for name in ("Large", "Small")}
    root["Resources"] = envs
    model = model_of(root)
    [group] = plan_deployments(model).groups
    assert [[each.logical_id for each in deployment.model().resources] for deployment in group] == [
        ["Large"],
        ["Small"],
    ]


def test_too_many_choices_are_checked_one_by_one() -> None:
    """Beyond the limit of combinations each choice is checked alone, and a note says so."""
    names = [f"P{number}" for number in range(8)]
    root = template(**dict.fromkeys(names, KIND))
    envs = {f"Env{name}": environment(Type={"Ref": name}, MinvCpus=4) for name in names}
    root["Resources"] = envs
    model = model_of(root)
    assert len([each for each in check(model, select=["CE-12"]) if each.message.startswith("if P")]) == 8
    [note] = plan_deployments(model).notes
    assert note.startswith(
        "Stack1 has 8 open parameters and conditions with 6,561 combinations, which is too many"
    )


def test_choice_that_no_rule_reads_costs_nothing() -> None:
    """A parameter that no Batch resource uses creates no deployments."""
    root = template(conditions={"Large": LARGE}, Stage=KIND)
    root["Resources"] = {
        "Env": environment(Type="FARGATE"),
        "Other": {"Type": "AWS::SQS::Queue", "Condition": "Large"},
    }
    model = model_of(root)
    check(model)
    assert plan_deployments(model).groups == ()


@pytest.mark.parametrize("kind", ["CommaDelimitedList", "AWS::SSM::Parameter::Value<String>"])
def test_lists_and_parameter_store_stay_unknown(kind: str) -> None:
    """Allowed values of a list, or of a path in Parameter Store, are not the value that a resource gets."""
    root = template(Kind={**KIND, "Type": kind})
    assert found(root, "CE-12", Env=environment(Type={"Ref": "Kind"}, MinvCpus=4)) == []


def test_finding_is_about_the_resource_of_the_given_model() -> None:
    """The finding of an arm belongs to the resource that the caller holds, with its line."""
    root = template(Kind=KIND)
    root["Resources"] = {"Env": environment(Type={"Ref": "Kind"}, MinvCpus=4)}
    model = model_of(root)
    [finding] = check(model, select=["CE-12"])
    assert isinstance(finding, Finding)
    assert finding.resource is model.stacks[0].resources["Env"]
