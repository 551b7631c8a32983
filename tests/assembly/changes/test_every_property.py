"""The effect of every property in CloudFormation's schemas; a new property fails here."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from batch_constructs.assembly.changes.change import Kind
from batch_constructs.assembly.changes.effects import effect
from batch_constructs.assembly.template import model_of

# With the service-linked role, a strategy that can be updated, and ReplaceComputeEnvironment false.
ON_EC2 = {
    "Type": "MANAGED",
    "ReplaceComputeEnvironment": False,
    "ComputeResources": {"Type": "EC2", "AllocationStrategy": "BEST_FIT_PROGRESSIVE"},
}
# From the guide and the schemas. Two kinds are the least and the most: the effect depends on the value.
EXPECTED: dict[str, dict[tuple[Kind, ...], str]] = {
    "ComputeEnvironment": {
        (Kind.REPLACED,): "ComputeEnvironmentName Tags Type ComputeResources.SpotIamFleetRole",
        (Kind.INFRASTRUCTURE_UPDATE,): (
            "ComputeResources.AllocationStrategy ComputeResources.BidPercentage ComputeResources.Ec2Configuration "
            "ComputeResources.Ec2KeyPair ComputeResources.ImageId ComputeResources.InstanceRole "
            "ComputeResources.InstanceTypes ComputeResources.LaunchTemplate ComputeResources.PlacementGroup "
            "ComputeResources.SecurityGroupIds ComputeResources.Subnets ComputeResources.Tags "
            "ComputeResources.Type ComputeResources.UpdateToLatestImageVersion"
        ),
        (Kind.SCALING_UPDATE,): (
            "ComputeResources.DesiredvCpus ComputeResources.MaxvCpus ComputeResources.MinvCpus ServiceRole State"
        ),
        (Kind.IN_PLACE,): (
            "ComputeResources.CapacityTags ComputeResources.ScalingPolicy Context EcsSettings "
            "ReplaceComputeEnvironment UnmanagedvCpus UpdatePolicy"
        ),
        (Kind.IN_PLACE, Kind.REPLACED): "ComputeResources.ManagedInstancesProvider EksConfiguration",
    },
    "ConsumableResource": {
        (Kind.REPLACED,): "ConsumableResourceName ResourceType",
        (Kind.IN_PLACE,): "Tags TotalQuantity",
    },
    "JobDefinition": {
        (Kind.REPLACED,): "JobDefinitionName",
        (Kind.NEW_REVISION,): (
            "ConsumableResourceProperties ContainerProperties EcsProperties EksProperties NodeProperties "
            "Parameters PlatformCapabilities PropagateTags RetryStrategy SchedulingPriority Timeout Type"
        ),
        (Kind.IN_PLACE, Kind.NEW_REVISION): "ResourceRetentionPolicy Tags",
    },
    "JobQueue": {
        (Kind.REPLACED,): "JobQueueName JobQueueType",
        (Kind.IN_PLACE,): (
            "ComputeEnvironmentOrder JobStateTimeLimitActions Priority ServiceEnvironmentOrder State Tags"
        ),
        # A queue without a policy before and after leaves the effect open.
        (Kind.IN_PLACE, Kind.REFUSED): "SchedulingPolicyArn",
    },
    "QuotaShare": {
        (Kind.REPLACED,): "JobQueue QuotaShareName",
        (Kind.IN_PLACE,): "CapacityLimits PreemptionConfiguration ResourceSharingConfiguration State Tags",
    },
    "SchedulingPolicy": {
        (Kind.REPLACED,): "Name",
        (Kind.IN_PLACE,): "FairsharePolicy QuotaSharePolicy Tags",
    },
    "ServiceEnvironment": {
        (Kind.REPLACED,): "ServiceEnvironmentName ServiceEnvironmentType",
        (Kind.IN_PLACE,): "CapacityLimits State Tags",
    },
}


def properties_of(name: str) -> set[str]:
    """Return all properties of a type, those of `ComputeResources` one by one."""
    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", f"AWS::Batch::{name}"
    ).schema
    attributes = {path.removeprefix("/properties/") for path in schema.get("readOnlyProperties", ())}
    names = set(schema["properties"]) - attributes
    if "ComputeResources" in names:
        below = schema["definitions"]["ComputeResources"]["properties"]
        names = names - {"ComputeResources"} | {f"ComputeResources.{member}" for member in below}
    return names


@pytest.mark.parametrize("name", EXPECTED)
def test_every_property_has_its_effect(name: str) -> None:
    """The effect of every property is the one that was looked up for it."""
    given = ON_EC2 if name == "ComputeEnvironment" else {}
    model = model_of({"Resources": {"It": {"Type": f"AWS::Batch::{name}", "Properties": given}}})
    [resource] = model.resources
    found: dict[tuple[Kind, ...], set[str]] = {}
    for path in properties_of(name):
        does = effect(resource, resource, path)
        found.setdefault(tuple(dict.fromkeys((does.at_least, does.kind))), set()).add(path)
    assert found == {kinds: set(paths.split()) for kinds, paths in EXPECTED[name].items()}


def test_every_type_of_batch_is_among_them() -> None:
    """Every type of AWS Batch is covered; a new type fails here."""
    types = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    assert {each.removeprefix("AWS::Batch::") for each in types if each.startswith("AWS::Batch::")} == set(
        EXPECTED
    )
