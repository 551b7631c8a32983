"""Known problems of users of AWS Batch, reported before the deployment, each next to a harmless change."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Kind, Risk, plan
from batch_constructs.assembly.template import model_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

    Planned = Callable[..., dict[str, Change]]
    Changing = Callable[..., Change]

SIZE = ("BlockDeviceMappings", 0, "Ebs", "VolumeSize")


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def risks(change: Change) -> list[Risk]:
    """Return the risks except losses, which ``test_losses`` covers."""
    return [problem.risk for problem in change.problems if not problem.loss]


def larger_disk(template: dict[str, Any]) -> dict[str, Any]:
    new = copy.deepcopy(template)
    properties(new, "SpotTemplate")["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] = 500
    return new


@pytest.mark.parametrize("version", [None, "$Default", "$Latest", "1"])
def test_aws_cdk_28137_a_launch_template_without_its_version_never_reaches_the_instances(
    quickstart: dict[str, Any], planned: Planned, version: str | None
) -> None:
    """aws-cdk#28137: the environment sees no difference, so nothing happens to it, which is reported."""
    specification = properties(quickstart, "Spot")["ComputeResources"]["LaunchTemplate"]
    del specification["Version"]
    specification |= {"Version": version} if version else {}
    change = planned(quickstart, larger_disk(quickstart))["Spot"]
    assert change.kind is Kind.UNCHANGED
    assert risks(change) == [Risk.SURPRISE]
    assert "LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeSize" in change.problems[0].message


def test_aws_cdk_28137_with_its_newest_version_a_launch_template_updates_the_environment(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """With a version by Fn::GetAtt, as this library writes it, only the environment of that template is updated."""
    changes = planned(quickstart, larger_disk(quickstart))
    assert set(changes) == {"Spot"}
    assert changes["Spot"].at_least is Kind.INFRASTRUCTURE_UPDATE
    assert risks(changes["Spot"]) == []
    assert changes["Spot"].hint.startswith("SpotTemplate changes: ")


def test_latest_reaches_the_instances_together_with_another_infrastructure_update(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """$Latest is read again at each infrastructure update; $Default stays the first version."""
    for version, expected in {"$Latest": [], "$Default": [Risk.SURPRISE]}.items():
        properties(quickstart, "Spot")["ComputeResources"]["LaunchTemplate"]["Version"] = version
        new = larger_disk(quickstart)
        properties(new, "Spot")["ComputeResources"]["BidPercentage"] = 50
        assert risks(planned(quickstart, new)["Spot"]) == expected


def test_terraform_2044_an_environment_that_a_queue_holds_by_name_cannot_be_deleted(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """terraform-provider-aws#2044: found existing JobQueue relationship."""
    properties(quickstart, "Spot")["ComputeEnvironmentName"] = "spot"
    properties(quickstart, "Queue")["ComputeEnvironmentOrder"][0]["ComputeEnvironment"] = "spot"
    new = copy.deepcopy(quickstart)
    del new["Resources"]["Spot"]
    change = planned(quickstart, new)["Spot"]
    assert change.kind is Kind.DELETED
    assert risks(change) == [Risk.FAILS]
    assert "Queue still refers to it" in change.problems[0].message


def test_terraform_2044_an_environment_that_leaves_its_queue_in_the_same_deploy_is_deleted(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """CloudFormation updates the queue first, and deletes the environment at the end."""
    new = copy.deepcopy(quickstart)
    del new["Resources"]["Spot"]
    del properties(new, "Queue")["ComputeEnvironmentOrder"][0]
    changes = planned(quickstart, new)
    assert risks(changes["Spot"]) == []
    assert "terminated" in changes["Spot"].jobs
    assert changes["Queue"].kind is Kind.IN_PLACE


def test_terraform_2044_a_queue_that_goes_too_may_go_too_late(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """A literal name gives CloudFormation no order for deletion; a reference does."""
    without = copy.deepcopy(quickstart)
    del without["Resources"]["Spot"], without["Resources"]["Queue"]
    assert risks(planned(quickstart, without)["Spot"]) == []
    properties(quickstart, "Spot")["ComputeEnvironmentName"] = "spot"
    properties(quickstart, "Queue")["ComputeEnvironmentOrder"][0]["ComputeEnvironment"] = "spot"
    assert risks(planned(quickstart, without)["Spot"]) == [Risk.MAY_FAIL]


def test_an_environment_in_another_stack_cannot_be_replaced_while_its_arn_is_imported() -> None:
    """An export in use blocks the replacement of an environment; within one stack nothing does."""
    environment = {
        "Resources": {
            "Environment": {
                "Type": "AWS::Batch::ComputeEnvironment",
                "Properties": {"Type": "UNMANAGED", "Tags": {"team": "a"}},
            }
        },
        "Outputs": {"Arn": {"Value": {"Ref": "Environment"}, "Export": {"Name": "arn"}}},
    }
    entry = {"Order": 1, "ComputeEnvironment": {"Fn::ImportValue": "arn"}}
    queue = {
        "Resources": {
            "Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"ComputeEnvironmentOrder": [entry]}}
        }
    }
    retagged = copy.deepcopy(environment)
    retagged["Resources"]["Environment"]["Properties"]["Tags"] = {"team": "b"}  # type: ignore[index]
    changes = plan(model_of(environment, queue), model_of(retagged, queue))
    assert [change.kind for change in changes] == [Kind.REPLACED, Kind.IN_PLACE, Kind.REFUSED]
    assert [risks(change) for change in changes] == [[Risk.SURPRISE], [], [Risk.FAILS]]
    assert (changes[2].type, changes[2].stack) == ("AWS::CloudFormation::Stack", "Stack1")
    assert "arn would be changed" in changes[2].problems[0].message
    assert changes[2].problems[0].message.endswith("another stack imports: Stack2")
    assert risks(plan(model_of(environment), model_of(retagged))[0]) == [Risk.SURPRISE]


def test_lisa_1007_a_named_environment_cannot_be_replaced(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """awslabs/LISA#1007: the new environment needs the name while the old one still has it."""
    properties(quickstart, "Spot").update(ComputeEnvironmentName="spot", ReplaceComputeEnvironment=True)
    change = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert change.at_least is Kind.REPLACED
    assert risks(change) == [Risk.FAILS]
    assert "'spot'" in change.problems[0].message


def test_lisa_1007_without_a_name_or_with_another_one_an_environment_is_replaced(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """Without a name, with a changed one, or in place, an environment is updated without a problem."""
    spot = properties(quickstart, "Spot")
    spot["ReplaceComputeEnvironment"] = True
    replaced = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert (replaced.at_least, risks(replaced)) == (Kind.REPLACED, [])
    spot["ComputeEnvironmentName"] = "spot"
    renamed = changing(quickstart, "Spot", "ComputeEnvironmentName", "other")
    assert (renamed.at_least, risks(renamed)) == (Kind.REPLACED, [])
    spot["ReplaceComputeEnvironment"] = False
    in_place = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert (in_place.at_least, in_place.problems) == (Kind.INFRASTRUCTURE_UPDATE, ())


def test_a_name_by_parameter_may_stand_in_the_way(quickstart: dict[str, Any], changing: Changing) -> None:
    """A name from a parameter may be another one at deployment, so the failure is not certain."""
    properties(quickstart, "Spot").update(ComputeEnvironmentName={"Ref": "Name"})
    quickstart["Parameters"]["Name"] = {"Type": "String"}
    change = changing(quickstart, "Spot", "Tags.team", "a")
    assert risks(change) == [Risk.MAY_FAIL, Risk.SURPRISE]


@pytest.mark.parametrize(
    "fault",
    [{"ServiceRole": "arn:aws:iam::123456789012:role/Mine"}, {"AllocationStrategy": "BEST_FIT"}, {}],
    ids=["role", "best_fit", "no_strategy"],
)
def test_blue_green_docs_best_fit_and_custom_roles_rule_out_infrastructure_updates(
    quickstart: dict[str, Any], changing: Changing, fault: dict[str, str]
) -> None:
    """terraform-provider-aws#38695 and the guide's page on blue/green updates."""
    spot = properties(quickstart, "Spot")
    if "ServiceRole" not in fault:
        del spot["ComputeResources"]["AllocationStrategy"]
        spot["ComputeResources"] |= fault
    else:
        spot |= fault
    change = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert change.at_least is Kind.REFUSED
    assert risks(change) == [Risk.FAILS]
    scaled = changing(quickstart, "Spot", "ComputeResources.MaxvCpus", 1)
    assert (scaled.at_least, scaled.problems) == (Kind.SCALING_UPDATE, ())
    spot["ReplaceComputeEnvironment"] = True
    replaced = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert (replaced.at_least, risks(replaced)) == (Kind.REPLACED, [])


def test_blue_green_docs_best_fit_cannot_be_left_in_place(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """The old strategy counts as well; a change between two others is possible in place."""
    resources = properties(quickstart, "Spot")["ComputeResources"]
    resources["AllocationStrategy"] = "BEST_FIT"
    path = "ComputeResources.AllocationStrategy"
    assert changing(quickstart, "Spot", path, "BEST_FIT_PROGRESSIVE").at_least is Kind.REFUSED
    resources["AllocationStrategy"] = "SPOT_CAPACITY_OPTIMIZED"
    assert changing(quickstart, "Spot", path, "BEST_FIT_PROGRESSIVE").at_least is Kind.INFRASTRUCTURE_UPDATE


def test_an_unknown_role_may_rule_it_out(quickstart: dict[str, Any], changing: Changing) -> None:
    """A role from a parameter may be the service-linked one."""
    quickstart["Parameters"]["Role"] = {"Type": "String"}
    properties(quickstart, "Spot")["ServiceRole"] = {"Ref": "Role"}
    change = changing(quickstart, "Spot", "ComputeResources.InstanceTypes", ["m7i"])
    assert (change.kind, change.at_least) == (Kind.REFUSED, Kind.INFRASTRUCTURE_UPDATE)
    assert risks(change) == [Risk.MAY_FAIL]


def test_coverage_roadmap_2270_a_change_of_tags_replaces_the_environment(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """cfn-coverage-roadmap#2270: even with ReplaceComputeEnvironment false, and a named one fails."""
    change = changing(quickstart, "Spot", "Tags.team", "a")
    assert change.at_least is Kind.REPLACED
    assert risks(change) == [Risk.SURPRISE]
    properties(quickstart, "Spot")["ComputeEnvironmentName"] = "spot"
    assert risks(changing(quickstart, "Spot", "Tags.team", "a")) == [Risk.FAILS, Risk.SURPRISE]


def test_coverage_roadmap_2270_tags_of_the_instances_replace_nothing(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """ComputeResources.Tags start new instances; tags of a queue change in place."""
    change = changing(quickstart, "Spot", "ComputeResources.Tags", {"team": "a"})
    assert (change.at_least, change.problems) == (Kind.INFRASTRUCTURE_UPDATE, ())
    assert changing(quickstart, "Queue", "Tags.team", "a").at_least is Kind.IN_PLACE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ComputeResources.Type", "FARGATE_SPOT"),
        ("ComputeResources.UpdateToLatestImageVersion", True),
        ("UpdatePolicy.TerminateJobsOnUpdate", True),
    ],
)
def test_aws_cdk_27054_fargate_refuses_most_updates(
    fargate: dict[str, Any], changing: Changing, path: str, value: Any
) -> None:
    """aws-cdk#27054: parameters can't be updated for Fargate."""
    change = changing(fargate, "Fargate", path, value)
    assert change.at_least is Kind.REFUSED
    assert Risk.FAILS in risks(change)


def test_aws_cdk_27054_fargate_refuses_nothing_if_it_is_replaced(
    fargate: dict[str, Any], planned: Planned
) -> None:
    """A name from a parameter may replace the environment, so that the refusal is not certain."""
    new = copy.deepcopy(fargate)
    properties(new, "Fargate")["UpdatePolicy"] = {"TerminateJobsOnUpdate": True}
    [refused] = planned(fargate, new)["Fargate"].problems
    assert (refused.risk, refused.message.partition("(")[2]) == (
        Risk.FAILS,
        "changed: UpdatePolicy.TerminateJobsOnUpdate)",
    )
    new["Parameters"] = {"Name": {"Type": "String"}}
    properties(new, "Fargate")["ComputeEnvironmentName"] = {"Ref": "Name"}
    properties(fargate, "Fargate")["ComputeEnvironmentName"] = "jobs"
    assert Risk.FAILS not in risks(planned(fargate, new)["Fargate"])


def test_aws_cdk_27054_a_refusal_of_a_value_that_may_be_the_same_is_not_certain(
    fargate: dict[str, Any], planned: Planned
) -> None:
    """A parameter may have the old value, so that nothing changes."""
    new = copy.deepcopy(fargate)
    properties(fargate, "Fargate")["ComputeResources"]["BidPercentage"] = 50
    new["Parameters"] = {"Percent": {"Type": "Number"}}
    properties(new, "Fargate")["ComputeResources"]["BidPercentage"] = {"Ref": "Percent"}
    assert set(risks(planned(fargate, new)["Fargate"])) == {Risk.MAY_FAIL}


def test_aws_cdk_27054_what_fargate_cannot_have_spoils_every_update(
    fargate: dict[str, Any], changing: Changing
) -> None:
    """aws-cdk#27054 as reported: only maxvCpus changes, and an unchanged setting that Fargate refuses fails the update."""
    clean = changing(fargate, "Fargate", "ComputeResources.MaxvCpus", 32)
    assert (clean.at_least, clean.problems) == (Kind.SCALING_UPDATE, ())
    properties(fargate, "Fargate")["UpdatePolicy"] = {"TerminateJobsOnUpdate": False}
    spoilt = changing(fargate, "Fargate", "ComputeResources.MaxvCpus", 32)
    assert risks(spoilt) == [Risk.MAY_FAIL]
    assert "UpdatePolicy" in spoilt.problems[0].message


@pytest.mark.parametrize("path", ["ComputeResources.Subnets", "ComputeResources.SecurityGroupIds"])
def test_aws_cdk_27054_fargate_changes_its_network_in_place(
    fargate: dict[str, Any], changing: Changing, path: str
) -> None:
    """Fargate allows a change of its network in place, unless replacement is set."""
    assert changing(fargate, "Fargate", path, ["id-2"]).at_least is Kind.SCALING_UPDATE
    properties(fargate, "Fargate")["ReplaceComputeEnvironment"] = True
    change = changing(fargate, "Fargate", path, ["id-2"])
    assert change.at_least is Kind.REPLACED
    assert "becomes INVALID" in change.jobs


def test_aws_cdk_9144_a_new_revision_deregisters_the_one_that_others_name(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """aws-cdk#9144: unless SkipDeregisterOnUpdate keeps it."""
    path, value = "Timeout.AttemptDurationSeconds", 900
    kept = changing(quickstart, "Hello", path, value)
    assert kept.kind is Kind.NEW_REVISION
    assert "the old revision stays" in kept.jobs
    del properties(quickstart, "Hello")["ResourceRetentionPolicy"]
    assert "the old revision is deregistered" in changing(quickstart, "Hello", path, value).jobs


def test_aws_cdk_25206_desired_vcpus_in_the_template_may_spoil_every_update(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """terraform-provider-aws#4671, aws-cdk#25206: Batch changes the number, so the template's DesiredvCpus is refused."""
    assert not changing(quickstart, "Spot", "ComputeResources.MinvCpus", 4).problems
    assert risks(changing(quickstart, "Spot", "ComputeResources.DesiredvCpus", 4)) == [Risk.MAY_FAIL]
    properties(quickstart, "Spot")["ComputeResources"]["DesiredvCpus"] = 4
    assert risks(changing(quickstart, "Spot", "ComputeResources.MaxvCpus", 128)) == [Risk.MAY_FAIL]
    # A replacement starts with a new environment.
    assert risks(changing(quickstart, "Spot", "ComputeResources.SpotIamFleetRole", "role")) == []


POLICY = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair"


def test_job_queue_parameters_a_fifo_queue_stays_one(quickstart: dict[str, Any], changing: Changing) -> None:
    """A scheduling policy can be exchanged, but neither added nor removed."""
    added = changing(quickstart, "Queue", "SchedulingPolicyArn", POLICY)
    assert added.at_least is Kind.REFUSED
    assert risks(added) == [Risk.FAILS]
    properties(quickstart, "Queue")["SchedulingPolicyArn"] = POLICY
    removed = changing(quickstart, "Queue", "SchedulingPolicyArn", None)
    assert risks(removed) == [Risk.FAILS]
    exchanged = changing(quickstart, "Queue", "SchedulingPolicyArn", f"{POLICY}2")
    assert (exchanged.at_least, exchanged.problems) == (Kind.IN_PLACE, ())


def test_a_policy_under_a_condition_may_be_an_addition(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """A policy from Fn::If with NoValue may be an addition, which is not certain."""
    value = {"Fn::If": ["Fair", POLICY, {"Ref": "AWS::NoValue"}]}
    change = changing(quickstart, "Queue", "SchedulingPolicyArn", value)
    assert (change.kind, change.at_least) == (Kind.REFUSED, Kind.UNCHANGED)
    assert risks(change) == [Risk.MAY_FAIL]


def test_a_queue_that_is_replaced_loses_its_jobs(quickstart: dict[str, Any], changing: Changing) -> None:
    """A new name replaces a queue with its jobs; a new priority does not."""
    change = changing(quickstart, "Queue", "JobQueueName", "other")
    assert change.at_least is Kind.REPLACED
    assert (change.loss, risks(change)) == (True, [])
    assert "is deleted with the jobs that wait or run in it" in change.problems[0].message
    assert not changing(quickstart, "Queue", "Priority", 7).problems


def test_the_flag_itself_is_better_left_alone(quickstart: dict[str, Any], changing: Changing) -> None:
    """CloudFormation's page on ReplaceComputeEnvironment warns of UPDATE_ROLLBACK_FAILED."""
    assert risks(changing(quickstart, "Spot", "ReplaceComputeEnvironment", True)) == [Risk.MAY_FAIL]


def test_idf_a_fixed_name_under_another_construct_id_is_taken(
    quickstart: dict[str, Any], planned: Planned
) -> None:
    """Names are unique in the account (idf-modules' stack.py), and the new resource is created before the old one is deleted."""
    new = copy.deepcopy(quickstart)
    new["Resources"]["Spot2"] = new["Resources"].pop("Spot")
    properties(new, "Queue")["ComputeEnvironmentOrder"][0]["ComputeEnvironment"] = {"Ref": "Spot2"}
    assert not planned(quickstart, new)["Spot2"].problems
    for template, logical_id in ((quickstart, "Spot"), (new, "Spot2")):
        properties(template, logical_id)["ComputeEnvironmentName"] = "spot"
    assert risks(planned(quickstart, new)["Spot2"]) == [Risk.FAILS]
    [problem] = planned(quickstart, new)["Spot2"].problems
    assert problem.message == "its name 'spot' is still taken by Spot, which is deleted only afterwards"


def test_a_fixed_name_may_be_taken_by_a_stack_that_is_deployed_later() -> None:
    """The order of two stacks is open, so that the deployment may fail; the message names the other stack."""
    queue = {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": "night"}}
    full: dict[str, Any] = {"Resources": {"Queue": queue}}
    empty: dict[str, Any] = {"Resources": {}}
    changes = plan(model_of(full, empty), model_of(empty, full))
    [problem] = [each for change in changes for each in change.problems if "taken" in each.message]
    assert problem.risk is Risk.MAY_FAIL
    assert problem.message.startswith("its name 'night' is still taken by Queue in Stack1, ")


@pytest.mark.parametrize(
    ("state", "fails"), [("DISABLED", True), ("ENABLED", False), ({"Ref": "State"}, False)]
)
def test_a_new_environment_is_enabled_or_the_deploy_fails(
    quickstart: dict[str, Any], state: Any, fails: bool
) -> None:
    """AWS creates environments only ENABLED; an existing one may be disabled, and an unknown state is no problem."""
    new = copy.deepcopy(quickstart)
    new.setdefault("Parameters", {})["State"] = {"Type": "String"}
    properties(new, "Spot")["State"] = state
    old = copy.deepcopy(quickstart)
    assert [each.risk for change in plan(model_of(old), model_of(new)) for each in change.problems] == []
    del old["Resources"]["Spot"]
    old["Resources"] = {name: each for name, each in old["Resources"].items() if "Queue" not in each["Type"]}
    created = {change.logical_id: change for change in plan(model_of(old), model_of(new))}["Spot"]
    assert [each.risk for each in created.problems] == ([Risk.FAILS] if fails else [])


def test_coverage_roadmap_2463_tags_of_a_queue_change_in_place_and_a_name_stands_in_the_way(
    quickstart: dict[str, Any], changing: Changing
) -> None:
    """cfn-coverage-roadmap#2463: tags were create-only until mid 2026; another type of queue still needs the taken name."""
    properties(quickstart, "Queue")["JobQueueName"] = "jobs"
    tagged = changing(quickstart, "Queue", "Tags", {"team": "a"})
    assert (tagged.at_least, tagged.problems) == (Kind.IN_PLACE, ())
    change = changing(quickstart, "Queue", "JobQueueType", "EKS")
    assert change.at_least is Kind.REPLACED
    assert (change.loss, risks(change)) == (True, [Risk.FAILS])
