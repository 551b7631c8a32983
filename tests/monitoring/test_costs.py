"""Cost allocation tags."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

    Synth = Callable[[], dict[str, dict[str, Any]]]

EXAMPLE = Path(__file__).parents[2] / "examples" / "audit" / "app.py"
TAGS = {"project": "genomics", "team.name": "a/b"}


def one(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, Any]:
    [found] = [each["Properties"] for each in resources.values() if each["Type"] == kind]
    properties: dict[str, Any] = found
    return properties


def written(tags: list[dict[str, str]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}


def test_instances_and_their_disks_are_tagged(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """They cost most, and their tags are in two places (containers-roadmap#2794)."""
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc, instance_tags={"project": "old", "kept": "yes"})
    bc.tag_costs(stack, TAGS, compute_environments=[spot])
    resources = synth()
    environment = one(resources, "AWS::Batch::ComputeEnvironment")
    assert environment["ComputeResources"]["Tags"] == {"kept": "yes", **TAGS}
    template = one(resources, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert [each["ResourceType"] for each in template["TagSpecifications"]] == ["instance", "volume"]
    for each in template["TagSpecifications"]:
        assert written(each["Tags"]) == {"kept": "yes", **TAGS}


def test_the_environment_itself_stays_without(stack: Stack, vpc: ec2.IVpc) -> None:
    """A changed tag would replace it, and so would a tag of the stack (cfn-coverage-roadmap#2270)."""
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=vpc)
    bc.tag_costs(stack, TAGS, compute_environments=[spot])
    assert stack.tags.tag_values() == {}
    template = assertions.Template.from_stack(stack)
    template.has_resource_properties("AWS::Batch::ComputeEnvironment", {"Tags": assertions.Match.absent()})


def test_queues_definitions_and_logs_are_tagged(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Jobs get the tags of their definition, and Fargate tasks those of their job."""
    fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=vpc)
    bc.JobQueue(stack, "Queue", compute_environments=[fargate])
    bc.FargateJobDefinition(stack, "Job", image="busybox", vcpus=1, memory=cdk.Size.gibibytes(2))
    bc.tag_costs(stack, TAGS, compute_environments=[fargate])
    resources = synth()
    assert one(resources, "AWS::Batch::JobQueue")["Tags"] == TAGS
    definition = one(resources, "AWS::Batch::JobDefinition")
    assert (definition["Tags"], definition["PropagateTags"]) == (TAGS, True)
    assert written(one(resources, "AWS::Logs::LogGroup")["Tags"]) == TAGS
    # AWS Batch takes no tags of instances where there are none.
    assert "Tags" not in one(resources, "AWS::Batch::ComputeEnvironment")["ComputeResources"]


def test_managed_instances_are_tagged_through_their_provider(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """The provider propagates its tags to them."""
    managed = bc.ManagedInstancesComputeEnvironment(stack, "Managed", vpc=vpc)
    bc.tag_costs(stack, TAGS, compute_environments=[managed])
    found = one(synth(), "AWS::Batch::ComputeEnvironment")["ComputeResources"]
    assert found["CapacityTags"] == TAGS
    assert found["ManagedInstancesProvider"]["PropagateTags"] == "CAPACITY_PROVIDER"


def test_all_that_the_example_makes_is_tagged() -> None:
    """Every resource that can have tags has them, except the environment."""
    app = runpy.run_path(str(EXAMPLE))
    resources = app["app"].synth().get_stack_by_name("Audit").template["Resources"]
    untagged = set()
    for resource in resources.values():
        tags: Any = next(
            (
                resource["Properties"][name]
                for name in ("Tags", "ResourceTags")
                if name in resource["Properties"]
            ),
            [],
        )
        found = tags if isinstance(tags, dict) else written(tags)
        if not app["tags"].items() <= found.items():
            untagged.add(resource["Type"])
    assert untagged == {
        "AWS::Batch::ComputeEnvironment",  # its instances are tagged instead
        "AWS::EC2::LaunchTemplate",  # costs nothing, and tags what it launches
        # These bear no tags, or cost nothing.
        "AWS::EC2::Route",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::Policy",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    }


@pytest.mark.parametrize(
    ("tags", "message"),
    [({}, "at least one"), ({"aws:project": "x"}, "aws:project"), ({"a": "x" * 257}, "length of the tag")],
)
def test_impossible_tags_are_refused(stack: Stack, tags: dict[str, str], message: str) -> None:
    """Fails before anything is tagged."""
    with pytest.raises(ValueError, match=message):
        bc.tag_costs(stack, tags)


def test_too_many_tags_of_a_template_are_refused(stack: Stack) -> None:
    """The limit includes the tags that the template already has."""
    template = bc.BatchLaunchTemplate(stack, "Template", tags={f"a{n}": "x" for n in range(30)})
    with pytest.raises(ValueError, match="number of tags"):
        template.add_tags({f"b{n}": "x" for n in range(30)})
