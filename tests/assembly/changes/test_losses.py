"""Deleted resources and their jobs, and renames."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from batch_constructs.assembly.changes import Change, Kind, Risk, not_compared, plan
from batch_constructs.assembly.template import model_of, read
from batch_constructs.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Planned = Callable[..., dict[str, Change]]
    Changing = Callable[..., Change]

TYPES: dict[str, dict[str, Any]] = {
    "ComputeEnvironment": {"Type": "UNMANAGED"},
    "ConsumableResource": {"ResourceType": "REPLENISHABLE"},
    "JobQueue": {"Priority": 1},
    "QuotaShare": {"QuotaShareName": "a"},
    "SchedulingPolicy": {"FairsharePolicy": {"ShareDecaySeconds": 600}},
    "ServiceEnvironment": {"ServiceEnvironmentType": "SAGEMAKER_TRAINING"},
}


def of(name: str, logical_id: str = "It", **more: Any) -> dict[str, Any]:
    """Return a template with one resource."""
    entry = {"Type": f"AWS::Batch::{name}", "Properties": {**TYPES[name], **more}}
    return {"Resources": {logical_id: entry}}


def with_path(template: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the same template as the CDK writes it."""
    new = copy.deepcopy(template)
    for entry in new["Resources"].values():
        entry["Metadata"] = {"aws:cdk:path": path}
    return new


@pytest.mark.parametrize("name", TYPES)
def test_what_is_gone_is_a_surprise(planned: Planned, name: str) -> None:
    """Each deleted resource with jobs, shares or amounts is a surprise, unless its deletion is accepted by name."""
    change = planned(of(name), {"Resources": {}})["It"]
    assert (change.kind, change.loss) == (Kind.DELETED, True)
    assert [problem.risk for problem in change.problems] == [Risk.SURPRISE]
    [accepted] = plan(model_of(of(name)), model_of({"Resources": {}}), removed=["It"])
    assert (accepted.kind, accepted.problems) == (Kind.DELETED, ())


def test_a_queue_that_was_disabled_first_is_not_told_to_be_disabled(planned: Planned) -> None:
    """The remedy for a disabled queue names only the remaining step."""
    for state, remedy in (
        ("DISABLED", "remove it when it is empty"),
        ("ENABLED", "set State DISABLED"),
    ):
        [problem] = planned(of("JobQueue", State=state), {"Resources": {}})["It"].problems
        assert problem.remedy.startswith(remedy)


def test_an_environment_that_was_disabled_first_may_go(planned: Planned) -> None:
    """A disabled environment is no loss, as in the third deployment of a blue/green change; a queue may still be one."""
    assert not planned(of("ComputeEnvironment", State="DISABLED"), {"Resources": {}})["It"].problems
    assert planned(of("ComputeEnvironment", State="ENABLED"), {"Resources": {}})["It"].loss
    assert planned(of("JobQueue", State="DISABLED"), {"Resources": {}})["It"].loss


def test_a_definition_that_is_gone_is_none(quickstart: dict[str, Any], planned: Planned) -> None:
    """A deleted definition is no loss: its jobs continue, and it can be registered again."""
    new = copy.deepcopy(quickstart)
    del new["Resources"]["Hello"]
    assert not planned(quickstart, new)["Hello"].problems


def test_what_is_retained_is_not_lost(planned: Planned) -> None:
    """A retained resource is no loss, because CloudFormation only stops managing it."""
    old = of("JobQueue")
    old["Resources"]["It"]["DeletionPolicy"] = "Retain"
    assert not planned(old, {"Resources": {}})["It"].problems


def test_what_a_condition_may_delete_may_go(planned: Planned) -> None:
    """A resource under a changed condition may be deleted."""
    new = of("JobQueue")
    new["Conditions"] = {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    new["Resources"]["It"]["Condition"] = "C"
    change = planned(of("JobQueue"), new)["It"]
    assert change.loss
    assert "the queue may be deleted with the jobs" in change.problems[0].message


def test_a_rename_is_named_on_both_sides(quickstart: dict[str, Any], planned: Planned) -> None:
    """A rename is named on both sides, with the way to keep the logical id, unless the resources are not alike."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Work"] = new["Resources"].pop("Queue")
    changes = planned(quickstart, new)
    assert (changes["Queue"].renamed_to, changes["Work"].renamed_from) == ("Work", "Queue")
    assert changes["Queue"].problems[0].remedy == "keep the logical id Queue"
    new["Resources"]["Work"]["Properties"] = {"Priority": 7, "ComputeEnvironmentOrder": []}
    changes = planned(quickstart, new)
    assert (changes["Queue"].renamed_to, changes["Work"].renamed_from) == ("", "")


def test_a_rename_with_a_small_change_is_still_one(quickstart: dict[str, Any], planned: Planned) -> None:
    """A rename together with a small change is still a rename."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Hello2"] = new["Resources"].pop("Hello")
    new["Resources"]["Hello2"]["Properties"]["Timeout"] = {"AttemptDurationSeconds": 61}
    assert planned(quickstart, new)["Hello2"].renamed_from == "Hello"


def test_a_rename_is_seen_through_helpers_that_got_other_ids_too(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """A construct under another id also renames its launch template and security group."""
    new = json.loads(json.dumps(quickstart).replace('"Spot', '"Cheap'))
    changes = planned(quickstart, new)
    assert (changes["Cheap"].renamed_from, changes["Spot"].renamed_to) == ("Spot", "Cheap")


def test_equal_queues_are_paired_by_their_paths_each_once(planned: Planned) -> None:
    """Three similar queues below another construct are paired by their paths."""
    old: dict[str, Any] = {"Resources": {}}
    new: dict[str, Any] = {"Resources": {}}
    for number, name in enumerate(("urgent", "daily", "night")):
        entry = of("JobQueue")["Resources"]["It"]
        old["Resources"][f"A{number}"] = {**entry, "Metadata": {"aws:cdk:path": f"S/Queues/{name}/Resource"}}
        new["Resources"][f"B{number}"] = {**entry, "Metadata": {"aws:cdk:path": f"S/Batch/{name}/Resource"}}
    changes = planned(old, new)
    assert [changes[f"A{number}"].renamed_to for number in range(3)] == [
        "S/Batch/urgent",
        "S/Batch/daily",
        "S/Batch/night",
    ]


def test_a_rename_in_the_cdk_says_how_to_keep_the_id(planned: Planned) -> None:
    """The remedy for a rename in the CDK is to override the logical id, or to refactor."""
    old = with_path(of("JobQueue"), "S/Queue/Resource")
    new = with_path(of("JobQueue", "Other"), "S/Other/Resource")
    [problem] = planned(old, new)["It"].problems
    assert problem.message.startswith(
        "a queue under another construct id is a new queue: this one is deleted"
    )
    assert ".node.default_child.override_logical_id('It')" in problem.remedy
    assert "cdk refactor" in problem.remedy


def test_hyp3_799_a_queue_that_could_not_keep_its_id_is_not_told_to(planned: Planned) -> None:
    """ASFHyP3/hyp3#799: a queue gets another logical id to get a policy, which its old one would be refused."""
    old, new = (
        of("JobQueue", "Old"),
        of("JobQueue", "New", SchedulingPolicyArn="arn:policy/fair", State="ENABLED"),
    )
    old["Resources"]["Old"]["Properties"] |= {"State": "ENABLED", "Tags": {"a": "b"}}
    new["Resources"]["New"]["Properties"] |= {"Tags": {"a": "b"}}
    change = planned(old, new)["Old"]
    assert (change.renamed_to, change.loss) == ("New", True)
    assert change.problems[0].remedy == "set State DISABLED, and remove it when it is empty"


def test_a_move_to_another_stack_is_named() -> None:
    """A move to another stack is found by type and properties, even if a reference becomes an import."""
    environment = of("ComputeEnvironment", "Spot")["Resources"]
    ref = {"ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Spot"}}]}
    imported = {"ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Fn::ImportValue": "spot"}}]}
    outputs = {"O": {"Value": {"Ref": "Spot"}, "Export": {"Name": "spot"}}}
    old = model_of(
        {"Resources": {**environment, **of("JobQueue", "Queue", **ref)["Resources"]}}, {"Resources": {}}
    )
    new = model_of({"Resources": environment, "Outputs": outputs}, of("JobQueue", "Queue", **imported))
    gone, come = sorted((c for c in plan(old, new) if c.logical_id == "Queue"), key=lambda c: c.stack)
    assert (gone.renamed_to, come.renamed_from) == ("Stack2/Queue", "Stack1/Queue")
    assert gone.moved
    assert gone.loss
    assert "another stack" in gone.problems[0].message
    assert "refactor" in gone.problems[0].remedy


def test_files_of_one_name_are_compared_by_their_paths(tmp_path: Path) -> None:
    """Files that are all called template.yaml are compared by their paths."""
    for side, name in (("old", "jobs-a"), ("new", "jobs-x")):
        for folder, queue in (
            ("a", of("JobQueue", JobQueueName=name)),
            ("b", of("JobQueue", JobQueueName="b")),
        ):
            file = tmp_path / side / folder / "template.yaml"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(queue))
    [change] = plan(read(tmp_path / "old"), read(tmp_path / "new"))
    assert (change.stack, change.kind, change.loss) == ("a/template", Kind.REPLACED, True)


@pytest.mark.parametrize("names", [("1.network.yaml", "1.workers.yaml"), ("a.prod.json", "a.test.json")])
def test_files_whose_names_begin_alike_are_different_stacks(tmp_path: Path, names: tuple[str, str]) -> None:
    """The name of a stack is the whole name of its file, without template suffixes."""
    for name in names:
        (tmp_path / name).write_text(json.dumps(of("JobQueue")))
    assert [stack.name for stack in read(tmp_path).stacks] == [name.rpartition(".")[0] for name in names]
    (tmp_path / "S.template.json").write_text(json.dumps(of("JobQueue")))
    assert read(tmp_path / "S.template.json").stacks[0].name == "S"


def test_a_moved_file_is_found_by_what_it_holds(tmp_path: Path) -> None:
    """The snapshot of one stack is compared with its counterpart in a folder of several templates."""
    (tmp_path / "platform.json").write_text(json.dumps(of("JobQueue", "Queue")))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "Batch.json").write_text(json.dumps(of("JobQueue", "Queue", Priority=2)))
    (tmp_path / "new" / "Other.json").write_text(json.dumps(of("JobQueue", "Another")))
    changes = {c.logical_id: c for c in plan(read(tmp_path / "platform.json"), read(tmp_path / "new"))}
    assert (changes["Queue"].kind, changes["Another"].kind) == (Kind.IN_PLACE, Kind.CREATED)


def test_a_loop_that_differs_is_told(tmp_path: Path) -> None:
    """A changed Fn::ForEach is reported without details if only the deployment knows what it creates."""

    def loop(priority: int) -> dict[str, Any]:
        body = {"Queue${X}": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": priority}}}
        return {
            "Transform": "AWS::LanguageExtensions",
            "Parameters": {"Names": {"Type": "CommaDelimitedList"}},
            "Resources": {"Fn::ForEach::Q": ["X", {"Ref": "Names"}, body]},
        }

    [change] = plan(model_of(loop(1)), model_of(loop(2)))
    assert (change.certain, change.problems[0].risk) == (False, Risk.SURPRISE)
    assert "the loop differs" in change.problems[0].message
    assert plan(model_of(loop(1)), model_of(loop(1))) == ()


def test_resources_of_a_loop_are_compared(planned: Planned) -> None:
    """A loop over a list creates resources that are compared like others."""

    def loop(*names: str) -> dict[str, Any]:
        body = {"Queue${X}": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1}}}
        return {
            "Transform": "AWS::LanguageExtensions",
            "Resources": {"Fn::ForEach::Q": ["X", [*names], body]},
        }

    assert list(planned(loop("a", "b"), loop("b", "c"))) == ["Queuec", "Queuea"]


def test_a_condition_that_rests_on_a_changed_default_or_mapping_may_be_another(planned: Planned) -> None:
    """A condition with the same text may differ if a default or mapping that it uses changes."""

    def template(default: str, mapped: str) -> dict[str, Any]:
        return {
            "Parameters": {"Large": {"Type": "String", "Default": default}},
            "Mappings": {"M": {"m": {"k": mapped}}},
            "Conditions": {
                "A": {"Fn::Equals": [{"Ref": "Large"}, "yes"]},
                "B": {"Fn::Equals": [{"Fn::FindInMap": ["M", "m", "k"]}, "yes"]},
            },
            "Resources": {
                "One": of("JobQueue", Priority={"Fn::If": ["A", 1, 2]})["Resources"]["It"],
                "Two": of("JobQueue", Priority={"Fn::If": ["B", 1, 2]})["Resources"]["It"],
            },
        }

    assert planned(template("no", "no"), template("no", "no")) == {}
    assert list(planned(template("no", "no"), template("yes", "no"))) == ["One"]
    assert list(planned(template("no", "no"), template("no", "yes"))) == ["Two"]


def test_a_changed_path_of_a_parameter_of_ssm_may_be_another_value(planned: Planned) -> None:
    """Another SSM path may be another value, such as an Amazon Linux 2023 image in place of Amazon Linux 2."""

    def template(path: str) -> dict[str, Any]:
        parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": path}
        return {"Parameters": {"Name": parameter}, **of("JobQueue", JobQueueName={"Ref": "Name"})}

    assert not planned(template("/a"), template("/b"))["It"].certain
    assert planned(template("/a"), template("/a")) == {}


def test_two_arms_of_which_neither_is_best_fit_rule_nothing_out(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """An Fn::If without BEST_FIT in a branch gives a certain infrastructure update; a branch with it leaves it open."""
    resources = quickstart["Resources"]["Spot"]["Properties"]["ComputeResources"]
    quickstart["Conditions"] = {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    resources["AllocationStrategy"] = {"Fn::If": ["C", "SPOT_CAPACITY_OPTIMIZED", "BEST_FIT_PROGRESSIVE"]}
    change = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert (change.kind, change.at_least) == (Kind.INFRASTRUCTURE_UPDATE, Kind.INFRASTRUCTURE_UPDATE)
    resources["AllocationStrategy"] = {"Fn::If": ["C", "BEST_FIT", "BEST_FIT_PROGRESSIVE"]}
    assert changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"]).kind is Kind.REFUSED
    resources["AllocationStrategy"] = "BEST_FIT_PROGRESSIVE"
    change = changing(quickstart, "Spot", "ComputeResources.Type", {"Fn::If": ["C", "EC2", "SPOT"]})
    assert change.problems == ()


def test_tags_of_instances_alone_are_told_as_such(quickstart: dict[str, Any], planned: Planned) -> None:
    """A change of cost tags is named if it is the only cause of new instances."""
    new = copy.deepcopy(quickstart)
    for name in ("Spot", "OnDemand"):
        new["Resources"][name]["Properties"]["ComputeResources"]["Tags"] = {"cost": "lab"}
    change = planned(quickstart, new)["Spot"]
    assert (change.at_least, change.for_tags, change.problems) == (Kind.INFRASTRUCTURE_UPDATE, True, ())
    assert change.hint == "only tags change, but this starts new instances"
    new["Resources"]["Spot"]["Properties"]["ComputeResources"]["InstanceTypes"] = ["m7i"]
    assert not planned(quickstart, new)["Spot"].for_tags


def test_what_is_not_compared_is_counted() -> None:
    """Resources of other services are counted, those on both sides once."""
    old = {"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "Q": {"Type": "AWS::Batch::JobQueue"}}}
    new = {"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SNS::Topic"}}}
    assert not_compared(model_of(old), model_of(new)) == 2


def changes(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], *options: str) -> Any:
    for name, template in (("old.json", old), ("new.json", new)):
        (tmp_path / name).write_text(json.dumps(template))
    files = [str(tmp_path / name) for name in ("old.json", "new.json")]
    return CliRunner().invoke(main, ["changes", *files, *options])


def test_the_last_line_counts_what_goes(tmp_path: Path) -> None:
    """Losses give exit status 1, unless each one is accepted by name."""
    parts = [
        of("JobQueue", "Q"),
        of("JobQueue", "R", Priority=5),
        of("ComputeEnvironment", "E"),
        of("SchedulingPolicy", "P"),
    ]
    old = {"Resources": {name: entry for part in parts for name, entry in part["Resources"].items()}}
    result = changes(tmp_path, old, {"Resources": {}})
    assert result.exit_code == 1
    assert result.output.endswith(
        "4 changes: 2 queues go with their jobs, 1 environment goes with its jobs, 1 scheduling policy goes\n"
    )
    assert "    or accept it: --removed Q\n" in result.output
    accepted = changes(
        tmp_path, old, {"Resources": {}}, *(word for name in "QREP" for word in ("--removed", name))
    )
    assert accepted.exit_code == 0
    assert accepted.output.endswith("4 changes, nothing fails\n")


def test_an_accepted_name_that_does_not_go_is_told(tmp_path: Path) -> None:
    """A wrong name is reported on stderr with the nearest one; the exit status stays the same."""
    result = changes(
        tmp_path, of("JobQueue", "Queue"), {"Resources": {}}, "--removed", "Queeu", "--format", "json"
    )
    assert result.exit_code == 1
    assert result.stderr == "--removed Queeu: nothing of that name goes (did you mean 'Queue'?)\n"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_breaks_no_identifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quickstart: dict[str, Any], width: int
) -> None:
    """Lines break between words, but paths, ARNs and member names stay whole, even with a space in them."""
    old, arn = (
        copy.deepcopy(quickstart),
        f"arn:aws:batch:eu-west-1:111122223333:scheduling-policy/{'fair' * 20}",
    )
    path = "App/Night queue of the genomics team in Dublin"
    old["Resources"]["Queue"]["Metadata"] = {"aws:cdk:path": f"{path}/Resource"}
    new = copy.deepcopy(old)
    del new["Resources"]["Queue"]
    resources = new["Resources"]["Spot"]["Properties"]["ComputeResources"]
    resources.update(InstanceTypes=["m7i"], Tags={"cost centre of the whole long department": arn})
    monkeypatch.setattr("batch_constructs.cli.changes.terminal_width", lambda: width)
    plain = changes(tmp_path, old, new).output
    member = "ComputeResources.Tags.cost centre of the whole long department:"
    identifiers = [path, f"--removed '{path}'", arn, "ComputeResources.InstanceTypes:", member]
    assert [each for each in identifiers if each not in plain] == []
    long = [line.strip() for line in plain.splitlines() if len(line) > width]
    assert [line for line in long if not any(line.endswith(each) for each in identifiers)] == []


def test_a_terminal_shows_in_colour_what_is_deleted(tmp_path: Path, quickstart: dict[str, Any]) -> None:
    """The kind of a change is red for a deletion."""
    new = copy.deepcopy(quickstart)
    del new["Resources"]["Queue"]
    changes(tmp_path, quickstart, new)
    files = [str(tmp_path / name) for name in ("old.json", "new.json")]
    coloured = CliRunner().invoke(main, ["changes", *files], color=True).output
    assert "\x1b[31m\x1b[1mdeleted\x1b[0m" in coloured
