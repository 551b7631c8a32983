"""The pairs of resources, and the consequences of their changes for jobs."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Change, Kind, Risk, plan
from batch_constructs.assembly.template import model_of, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Planned = Callable[..., dict[str, Change]]
    Changing = Callable[..., Change]


def test_no_change_is_no_plan(quickstart: dict[str, Any], planned: Planned) -> None:
    """A template compared with itself gives no change."""
    assert planned(quickstart, copy.deepcopy(quickstart)) == {}


def test_resources_of_others_are_not_shown(quickstart: dict[str, Any], planned: Planned) -> None:
    """A deleted topic is no change of AWS Batch."""
    new = copy.deepcopy(quickstart)
    del new["Resources"]["AlertsEmail1610A86A7"]
    assert planned(quickstart, new) == {}


def test_environments_come_first(quickstart: dict[str, Any]) -> None:
    """Environments come first, then queues, then definitions, whatever the template's order."""
    changes = plan(model_of({"Resources": {}}), model_of(quickstart))
    assert [change.logical_id for change in changes] == ["Spot", "OnDemand", "Queue", "Hello"]
    assert {change.kind for change in changes} == {Kind.CREATED}


def test_a_stack_that_is_not_deployed_any_more_stays(quickstart: dict[str, Any]) -> None:
    """The CDK does not delete a stack that left the app, so no deletion is certain."""
    [queue] = [
        change
        for change in plan(model_of(quickstart, quickstart), model_of(quickstart))
        if change.logical_id == "Queue"
    ]
    assert (queue.stack, queue.kind, queue.at_least) == ("Stack2", Kind.DELETED, Kind.UNCHANGED)
    assert "Stack2 is no longer deployed" in queue.hint


def test_a_retained_resource_stays(quickstart: dict[str, Any], planned: Planned) -> None:
    """With DeletionPolicy Retain nothing is deleted."""
    new = copy.deepcopy(quickstart)
    del new["Resources"]["Queue"]
    assert "terminated" in planned(quickstart, new)["Queue"].jobs
    quickstart["Resources"]["Queue"]["DeletionPolicy"] = "Retain"
    change = planned(quickstart, new)["Queue"]
    assert change.jobs == "it stays, and its jobs continue"
    assert "DeletionPolicy" in change.hint


def test_a_logical_id_keeps_its_type(quickstart: dict[str, Any], planned: Planned) -> None:
    """CloudFormation refuses a queue under the logical id of a definition."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Hello"] = copy.deepcopy(new["Resources"]["Queue"])
    change = planned(quickstart, new)["Hello"]
    assert change.kind is Kind.REFUSED
    assert [problem.risk for problem in change.problems] == [Risk.FAILS]


def test_another_condition_may_delete_a_resource(quickstart: dict[str, Any], planned: Planned) -> None:
    """Under another condition a resource may be deleted, which is not certain."""
    new = copy.deepcopy(quickstart)
    new["Conditions"] = {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    new["Resources"]["Hello"]["Condition"] = "C"
    change = planned(quickstart, new)["Hello"]
    assert (change.kind, change.at_least) == (Kind.DELETED, Kind.UNCHANGED)


def test_stacks_are_paired_by_name(quickstart: dict[str, Any]) -> None:
    """Of two stacks with the same resources, only the changed one is shown."""
    other = copy.deepcopy(quickstart)
    other["Resources"]["Queue"]["Properties"]["Priority"] = 9
    changes = plan(model_of(quickstart, quickstart), model_of(quickstart, other))
    assert [(change.stack, change.logical_id) for change in changes] == [("Stack2", "Queue")]


def test_two_files_are_one_stack(quickstart: dict[str, Any], tmp_path: Path) -> None:
    """Two single templates are one stack, whatever their files are called."""
    for name in ("before.json", "after.json"):
        (tmp_path / name).write_text(json.dumps(quickstart))
    assert plan(read(tmp_path / "before.json"), read(tmp_path / "after.json")) == ()


@pytest.mark.parametrize(
    "types",
    [("ServiceEnvironment", "ComputeEnvironment"), ("ComputeEnvironment", "ServiceEnvironment")],
    ids=lambda types: f"to {types[1]}",
)
def test_a_queue_follows_an_environment_that_changes_its_type(
    types: tuple[str, str], planned: Planned
) -> None:
    """Its environments are other ones for certain, although their logical id is the same."""
    old, new = (
        {
            "Resources": {
                "It": {"Type": f"AWS::Batch::{kind}", "Properties": {"ServiceRole": role}},
                "Queue": {
                    "Type": "AWS::Batch::JobQueue",
                    "Properties": {"ComputeEnvironmentOrder": [{"ComputeEnvironment": {"Ref": "It"}}]},
                },
            }
        }
        for kind, role in zip(types, ("One", "Other"), strict=True)
    )
    changes = planned(old, new)
    assert changes["It"].kind is Kind.REFUSED
    [follows] = changes["Queue"].properties
    assert (follows.path, follows.certain) == ("ComputeEnvironmentOrder[0].ComputeEnvironment", True)


def test_a_nested_stack_is_compared_with_its_parameters(tmp_path: Path) -> None:
    """A nested stack is paired by its resource in the parent, and the parent's parameters count."""
    child = {
        "Parameters": {"Priority": {"Type": "Number"}},
        "Resources": {
            "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": {"Ref": "Priority"}}}
        },
    }
    models = []
    for priority in (1, 2):
        folder = tmp_path / str(priority)
        folder.mkdir()
        (folder / "child.json").write_text(json.dumps(child))
        nested = {"TemplateURL": "child.json", "Parameters": {"Priority": priority}}
        parent = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": nested}}}
        (folder / f"parent{priority}.json").write_text(json.dumps(parent))
        models.append(read(folder / f"parent{priority}.json"))
    [change] = plan(*models)
    assert change.certain
    assert [(each.path, each.old, each.new) for each in change.properties] == [("Priority", "1", "2")]


def test_a_nested_stack_under_another_id_is_another_one(tmp_path: Path) -> None:
    """CloudFormation creates a new nested stack and deletes the old one with its queue."""
    child = {"Resources": {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1}}}}
    (tmp_path / "child.json").write_text(json.dumps(child))
    models = []
    for name in ("Nightly", "Daily"):
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "child.json"}}
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({"Resources": {name: nested}}))
        models.append(read(file))
    gone, come = sorted(plan(*models), key=lambda change: change.kind is Kind.CREATED)
    assert (gone.kind, gone.loss, come.kind) == (Kind.DELETED, True, Kind.CREATED)


def test_a_replaced_environment_changes_the_queue_that_refers_to_it(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """The queue gets the new environment in place before the old one is deleted."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Spot"]["Properties"]["Tags"] = {"team": "a"}
    change = planned(quickstart, new)["Queue"]
    assert (change.at_least, change.problems) == (Kind.IN_PLACE, ())
    [difference] = change.properties
    assert difference.path == "ComputeEnvironmentOrder[0].ComputeEnvironment"
    assert difference.old == difference.new == "${Spot.ComputeEnvironmentArn}"


def test_a_replaced_security_group_renews_the_instances(quickstart: dict[str, Any], planned: Planned) -> None:
    """A new description replaces a security group; its rules change in place."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["SpotGroup"]["Properties"]["GroupDescription"] = "another"
    assert planned(quickstart, new)["Spot"].at_least is Kind.INFRASTRUCTURE_UPDATE
    rules = copy.deepcopy(quickstart)
    rules["Resources"]["SpotGroup"]["Properties"]["SecurityGroupIngress"] = []
    assert planned(quickstart, rules) == {}


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (None, "given 30 minutes to finish"),
        ({"JobExecutionTimeoutMinutes": 90}, "given 90 minutes to finish"),
        ({"TerminateJobsOnUpdate": True}, "terminated at once"),
        ({"JobExecutionTimeoutMinutes": {"Ref": "M"}}, "given ${M} minutes to finish"),
        ({"TerminateJobsOnUpdate": {"Ref": "M"}}, "terminated at once, and retried"),
    ],
)
def test_jobs_end_as_the_update_policy_says(
    quickstart: dict[str, Any], changing: Changing, policy: Any, words: str
) -> None:
    """Jobs have the update policy's time during an infrastructure update, by default half an hour."""
    quickstart["Parameters"]["M"] = {"Type": "Number"}
    if policy:
        quickstart["Resources"]["Spot"]["Properties"]["UpdatePolicy"] = policy
    assert words in changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"]).jobs


@pytest.mark.parametrize(
    ("logical_id", "words"),
    [("Spot", "no new jobs start there"), ("Queue", "it accepts no new ones")],
)
def test_disabling_lets_jobs_go_on(
    quickstart: dict[str, Any], changing: Changing, logical_id: str, words: str
) -> None:
    """Running jobs continue on a disabled resource, and the output says what stops."""
    change = changing(quickstart, logical_id, "State", "DISABLED")
    assert not change.problems
    assert words in change.jobs


def test_scaling_lets_jobs_go_on(quickstart: dict[str, Any], changing: Changing) -> None:
    """A scaling update takes no instance with a job away."""
    change = changing(quickstart, "Spot", "ComputeResources.MaxvCpus", 1)
    assert (change.at_least, change.jobs) == (Kind.SCALING_UPDATE, "running jobs continue")


def test_several_changes_together_count_as_the_greatest(quickstart: dict[str, Any], planned: Planned) -> None:
    """The greatest of several changes counts; an open one raises only the worst case."""
    new = copy.deepcopy(quickstart)
    new["Parameters"]["Image"] = {"Type": "String"}
    resources = new["Resources"]["Spot"]["Properties"]["ComputeResources"]
    resources["MaxvCpus"] = 512
    resources["InstanceTypes"] = {"Ref": "Image"}
    change = planned(quickstart, new)["Spot"]
    assert (change.kind, change.at_least) == (Kind.INFRASTRUCTURE_UPDATE, Kind.SCALING_UPDATE)
    assert not change.certain


def test_changes_are_frozen(quickstart: dict[str, Any], changing: Changing) -> None:
    """Changes are immutable values."""
    change = changing(quickstart, "Queue", "Priority", 2)
    with pytest.raises(AttributeError):
        change.jobs = "none"  # type: ignore[misc]
    assert change == changing(quickstart, "Queue", "Priority", 2)


def test_an_empty_object_that_comes_or_goes_is_a_change(quickstart: dict[str, Any], planned: Planned) -> None:
    """CloudFormation sees it; a name with dots at its ends is shown as it is."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Hello"]["Properties"]["Tags"] = {}
    assert [each.path for each in planned(quickstart, new)["Hello"].properties] == ["Tags"]
    assert [each.path for each in planned(new, quickstart)["Hello"].properties] == ["Tags"]
    dotted = copy.deepcopy(new)
    dotted["Resources"]["Hello"]["Properties"]["Tags"] = {".cost.": "a"}
    assert [each.path for each in planned(new, dotted)["Hello"].properties] == ["Tags..cost."]


def test_a_replaced_environment_that_a_queue_holds_by_name_cannot_be_deleted(planned: Planned) -> None:
    """CloudFormation does not see the name, and would delete the environment while the queue has it."""
    entry = {"Order": 1, "ComputeEnvironment": "night"}

    def template(name: str) -> dict[str, Any]:
        properties = {"Type": "UNMANAGED", "ComputeEnvironmentName": name}
        queue = {"Type": "AWS::Batch::JobQueue", "Properties": {"ComputeEnvironmentOrder": [entry]}}
        environment = {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}
        return {"Resources": {"It": environment, "Queue": queue}}

    [problem, _] = planned(template("night"), template("day"))["It"].problems
    assert problem.message == "the old one cannot be deleted: Queue still refers to it by name"
    assert (problem.risk, problem.remedy) == (Risk.FAILS, "refer to the environment by Ref")


def test_the_same_condition_changes_nothing(quickstart: dict[str, Any], planned: Planned) -> None:
    """A resource that exists under the same condition as before is left alone."""
    quickstart["Conditions"] = {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    quickstart["Resources"]["Hello"]["Condition"] = "C"
    assert planned(quickstart, copy.deepcopy(quickstart)) == {}


def test_a_condition_without_arms_is_compared(planned: Planned) -> None:
    """A broken Fn::If ends in no traceback."""
    broken: dict[str, Any] = {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": {"Fn::If": []}}}
    whole = {**broken, "Properties": {"Priority": 1}}
    old, new = ({"Resources": {"It": queue}} for queue in (broken, whole))
    assert [each.path for each in planned(old, new)["It"].properties] == ["Priority"]


@pytest.mark.parametrize("others", [{}, {"Type": "MANAGED"}], ids=["alone", "with members"])
def test_properties_that_are_open_as_a_whole_may_change_in_any_way(
    quickstart: dict[str, Any], planned: Planned, others: dict[str, Any]
) -> None:
    """Properties from a macro may be anything: no effect is certain, and no problem is reported."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Spot"]["Properties"] = {"Fn::Transform": {"Name": "Macro"}, **others}
    change = planned(quickstart, new)["Spot"]
    assert (change.kind, change.at_least, change.problems) == (Kind.REPLACED, Kind.UNCHANGED, ())
    assert [each.path for each in change.properties] == ["Properties"]


def test_what_aws_does_not_say_of_managed_instances_is_not_promised(planned: Planned) -> None:
    """A provider changes in place, but AWS does not document what happens to jobs on the old instances."""

    def template(monitoring: str) -> dict[str, Any]:
        provider = {"InstanceLaunchTemplate": {"Monitoring": monitoring}}
        resources = {"Type": "ECS_MANAGED_INSTANCES", "ManagedInstancesProvider": provider}
        properties = {"Type": "MANAGED", "ComputeResources": resources}
        return {
            "Resources": {"Managed": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}}
        }

    change = planned(template("BASIC"), template("DETAILED"))["Managed"]
    assert change.at_least is Kind.IN_PLACE
    assert "AWS does not say" in change.jobs
