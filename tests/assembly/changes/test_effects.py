"""The effect of a change of each property."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Kind, Risk
from batch_constructs.assembly.changes.effects import effect
from batch_constructs.assembly.template import model_of
from batch_constructs.facts import updates

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
CONDITIONAL = sorted(updates.TYPES[ENVIRONMENT].conditional)


def resource(kind: str, **properties: Any) -> Any:
    model = model_of({"Resources": {"It": {"Type": kind, "Properties": properties}}})
    return model.resources[0]


def environment(replace: object = False, kind: str = "EC2", **properties: Any) -> Any:
    return resource(
        ENVIRONMENT,
        Type="MANAGED",
        ReplaceComputeEnvironment=replace,
        ComputeResources={"Type": kind, "AllocationStrategy": "BEST_FIT_PROGRESSIVE"},
        **properties,
    )


@pytest.mark.parametrize("path", sorted(updates.TYPES[ENVIRONMENT].create_only))
@pytest.mark.parametrize("replace", [True, False])
def test_what_is_set_at_creation_replaces_the_environment(path: str, replace: bool) -> None:
    """A create-only property replaces the environment, whatever ReplaceComputeEnvironment is."""
    old = new = environment(replace)
    assert effect(old, new, path).at_least is effect(old, new, path).kind is Kind.REPLACED


@pytest.mark.parametrize("replace", [True, False])
def test_how_a_cluster_lets_in_changes_in_place(replace: bool) -> None:
    """The access entry of an EKS environment changes in place, unlike its cluster and namespace."""
    old, new = environment(replace), environment(replace)
    does = effect(old, new, "EksConfiguration.AccessEntry.DesiredState")
    assert does.kind is Kind.IN_PLACE


@pytest.mark.parametrize("path", CONDITIONAL)
def test_instances_are_renewed_or_the_environment_replaced(path: str) -> None:
    """ReplaceComputeEnvironment decides on all properties in the API's list, which is the schema's except for the scaling policy."""
    in_place = effect(environment(), environment(), path).kind
    scaling_policy = path == "ComputeResources.ScalingPolicy"
    assert in_place is (Kind.IN_PLACE if scaling_policy else Kind.INFRASTRUCTURE_UPDATE)
    assert effect(environment(True), environment(True), path).at_least is Kind.REPLACED


@pytest.mark.parametrize("path", CONDITIONAL)
def test_an_unknown_flag_leaves_both_open(path: str) -> None:
    """If ReplaceComputeEnvironment is a parameter, neither update nor replacement is certain."""
    old = new = environment({"Ref": "Replace"})
    does = effect(old, new, path)
    assert (does.at_least, does.kind) == (effect(environment(), environment(), path).at_least, Kind.REPLACED)


@pytest.mark.parametrize("path", sorted(updates.SCALING - {"ServiceRole"}))
@pytest.mark.parametrize("replace", [True, False])
def test_scaling_never_replaces(path: str, replace: bool) -> None:
    """The vCPUs and the state of an environment change in place."""
    assert effect(environment(replace), environment(replace), path).kind is Kind.SCALING_UPDATE


@pytest.mark.parametrize(
    "path", ["UpdatePolicy.TerminateJobsOnUpdate", "EcsSettings.ContainerInsights", "UnmanagedvCpus"]
)
def test_the_rest_is_plainly_in_place(path: str) -> None:
    """Settings that do not affect instances change in place."""
    assert effect(environment(), environment(), path).kind is Kind.IN_PLACE


def test_the_latest_image_needs_new_instances() -> None:
    """An update to the latest image needs new instances, although the schema does not say so."""
    path = "ComputeResources.UpdateToLatestImageVersion"
    assert effect(environment(True), environment(True), path).kind is Kind.INFRASTRUCTURE_UPDATE


@pytest.mark.parametrize("path", sorted(updates.FARGATE_REFUSED))
def test_fargate_refuses_what_it_cannot_have(path: str) -> None:
    """Fargate refuses a change of its other properties in place, and the message names the property."""
    does = effect(environment(kind="FARGATE"), environment(kind="FARGATE"), path)
    assert does.at_least is Kind.REFUSED
    assert does.why


@pytest.mark.parametrize("path", sorted(updates.FARGATE_SCALING - {"ServiceRole"}))
def test_fargate_changes_its_few_members_in_place(path: str) -> None:
    """On Fargate, network, vCPUs and state change in place."""
    does = effect(environment(kind="FARGATE"), environment(kind="FARGATE"), path)
    assert does.kind is Kind.SCALING_UPDATE


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("EC2", "SPOT", Kind.INFRASTRUCTURE_UPDATE),
        ("SPOT", "EC2", Kind.INFRASTRUCTURE_UPDATE),
        ("EC2", "FARGATE", Kind.REFUSED),
        ("FARGATE", "FARGATE_SPOT", Kind.REFUSED),
        ("ECS_MANAGED_INSTANCES", "EC2", Kind.REFUSED),
    ],
)
def test_types_change_in_place_between_ec2_and_spot_only(before: str, after: str, expected: Kind) -> None:
    """An environment changes its type in place only between EC2 and SPOT."""
    old, new = environment(kind=before), environment(kind=after)
    assert effect(old, new, "ComputeResources.Type").at_least is expected
    replaced = environment(True, kind=before), environment(True, kind=after)
    assert effect(*replaced, "ComputeResources.Type").at_least is Kind.REPLACED


def test_a_type_by_parameter_leaves_it_open() -> None:
    """A type from a parameter may be EC2 or SPOT, so no refusal is certain."""
    does = effect(environment(), environment(kind={"Ref": "Type"}), "ComputeResources.Type")  # type: ignore[arg-type]
    assert (does.at_least, does.kind) == (Kind.INFRASTRUCTURE_UPDATE, Kind.REFUSED)


ROLE, OTHER_ROLE = "arn:aws:iam::123456789012:role/Mine", "arn:aws:iam::123456789012:role/Yours"
LINKED = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


@pytest.mark.parametrize(
    ("before", "after", "least", "most"),
    [
        (ROLE, OTHER_ROLE, Kind.SCALING_UPDATE, Kind.SCALING_UPDATE),
        (LINKED, None, Kind.SCALING_UPDATE, Kind.SCALING_UPDATE),
        (None, ROLE, Kind.REFUSED, Kind.REFUSED),
        (ROLE, LINKED, Kind.REFUSED, Kind.REFUSED),
        (ROLE, {"Ref": "Role"}, Kind.SCALING_UPDATE, Kind.REFUSED),
    ],
)
def test_service_roles_stay_of_their_kind(before: Any, after: Any, least: Kind, most: Kind) -> None:
    """A custom service role can replace a custom one, but not the service-linked role, and the reverse."""
    sides = [environment(**({"ServiceRole": role} if role else {})) for role in (before, after)]
    does = effect(sides[0], sides[1], "ServiceRole")
    assert (does.at_least, does.kind) == (least, most)


@pytest.mark.parametrize(
    "path", ["ContainerProperties.Image", "Timeout.AttemptDurationSeconds", "SchedulingPriority"]
)
def test_definitions_get_a_new_revision(path: str) -> None:
    """Every change of a definition gives a new revision, except the name, which replaces it, and tags, which are open."""
    kind = "AWS::Batch::JobDefinition"
    old = new = resource(kind)
    assert effect(old, new, path).at_least is Kind.NEW_REVISION
    assert effect(old, new, "JobDefinitionName").at_least is Kind.REPLACED
    tags = effect(old, new, "Tags.team")
    assert (tags.at_least, tags.kind) == (Kind.IN_PLACE, Kind.NEW_REVISION)


@pytest.mark.parametrize(
    ("kind", "replaced", "in_place"),
    [
        ("JobQueue", "JobQueueType", "Priority"),
        ("JobQueue", "JobQueueName", "JobStateTimeLimitActions[0].MaxTimeSeconds"),
        ("JobQueue", "JobQueueName", "Tags.team"),
        ("SchedulingPolicy", "Name", "FairsharePolicy.ShareDistribution[1].WeightFactor"),
        ("QuotaShare", "JobQueue", "CapacityLimits[0].MaxCapacity"),
        ("ServiceEnvironment", "ServiceEnvironmentType", "CapacityLimits"),
        ("ConsumableResource", "ResourceType", "TotalQuantity"),
    ],
)
def test_queues_policies_and_the_others(kind: str, replaced: str, in_place: str) -> None:
    """Create-only properties of the schema replace the resource; everything else changes in place."""
    old = new = resource(f"AWS::Batch::{kind}", FairsharePolicy={})
    assert effect(old, new, replaced).at_least is Kind.REPLACED
    assert effect(old, new, in_place).kind is Kind.IN_PLACE


def test_a_policy_stays_of_its_kind(planned: Callable[..., dict[str, Change]]) -> None:
    """A fair-share policy cannot become a quota-share policy, but its shares can change."""
    old = {"Resources": {"Policy": {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {}}}}
    old["Resources"]["Policy"]["Properties"] = {"FairsharePolicy": {"ShareDecaySeconds": 600}}
    new, harmless = copy.deepcopy(old), copy.deepcopy(old)
    new["Resources"]["Policy"]["Properties"] = {
        "QuotaSharePolicy": {"IdleResourceAssignmentStrategy": "FIFO"}
    }
    harmless["Resources"]["Policy"]["Properties"] = {"FairsharePolicy": {"ShareDecaySeconds": 60}}
    refused = planned(old, new)["Policy"]
    assert refused.kind is Kind.REFUSED
    assert [problem.risk for problem in refused.problems] == [Risk.FAILS, Risk.FAILS]
    assert planned(old, harmless)["Policy"].kind is Kind.IN_PLACE
    assert not planned(old, harmless)["Policy"].problems
