"""Environments whose instances communicate over the Elastic Fabric Adapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from batch_constructs import (
    BatchLaunchTemplate,
    CapacityReservation,
    EfaComputeEnvironment,
    FsxLustreMount,
    ImageType,
    InstanceStoreVolumes,
    InterfaceType,
    NetworkInterface,
    Storage,
    efa_interfaces,
)
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read
from batch_constructs.compute_environments.adapters import layouts_of
from batch_constructs.facts import instance_types as types

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

    Synth = Callable[[], dict[str, dict[str, Any]]]
    Only = Callable[[str], dict[str, Any]]

ENVIRONMENT, TEMPLATE = "AWS::Batch::ComputeEnvironment", "AWS::EC2::LaunchTemplate"
GROUP, PLACEMENT = "AWS::EC2::SecurityGroup", "AWS::EC2::PlacementGroup"
LUSTRE = FsxLustreMount(file_system="fs-1.fsx.eu-west-1.amazonaws.com", mount_name="abc")
RESERVATION = CapacityReservation(reservation_id="cr-0123", capacity_block=True)
# For each type, the network interfaces with the adapter and the image from the published templates of architecture
# 3.aws-batch in aws-samples/awsome-distributed-training.
PUBLISHED = {"p4d.24xlarge": 4, "p5.48xlarge": 32, "p6-b200.48xlarge": 8}


@pytest.fixture
def one_subnet(vpc: ec2.IVpc) -> ec2.SubnetSelection:
    from aws_cdk import aws_ec2

    return aws_ec2.SubnetSelection(subnets=[vpc.private_subnets[1]])


@pytest.mark.parametrize(("instance_type", "count"), PUBLISHED.items())
def test_the_published_templates_for_training_are_matched(
    stack: Stack,
    vpc: ec2.IVpc,
    one_subnet: ec2.SubnetSelection,
    synth: Synth,
    instance_type: str,
    count: int,
) -> None:
    """Pain 12: five lines give the interfaces, image, placement and reservation of the published templates."""
    from aws_cdk import aws_ec2

    group = aws_ec2.PlacementGroup(stack, "Group", strategy=aws_ec2.PlacementGroupStrategy.CLUSTER)
    EfaComputeEnvironment(
        stack,
        "Training",
        vpc=vpc,
        vpc_subnets=one_subnet,
        instance_types=[instance_type],
        max_vcpus=100_000,
        capacity_reservation=RESERVATION,
        placement_group=group,
    )
    found = {each["Type"]: each["Properties"] for each in synth().values()}
    data, capacity = found[TEMPLATE]["LaunchTemplateData"], found[ENVIRONMENT]["ComputeResources"]
    interfaces = data["NetworkInterfaces"]
    assert [each["NetworkCardIndex"] for each in interfaces] == list(range(count))
    assert {each["InterfaceType"] for each in interfaces} == {"efa", "efa-only"}
    assert data["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    assert data["CapacityReservationSpecification"] == {
        "CapacityReservationTarget": {"CapacityReservationId": "cr-0123"}
    }
    assert found[PLACEMENT]["Strategy"] == "cluster"
    assert "Group" in str(capacity["PlacementGroup"])
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2023_NVIDIA"}]
    assert capacity["Subnets"] == ["subnet-2"]
    # The published templates are wrong here: with $Latest, BEST_FIT and a service role no change arrives.
    assert capacity["AllocationStrategy"] == "BEST_FIT_PROGRESSIVE"
    assert capacity["LaunchTemplate"]["Version"]["Fn::GetAtt"][1] == "LatestVersionNumber"
    assert "ServiceRole" not in found[ENVIRONMENT]


def test_the_interfaces_carry_the_security_groups(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """Pain 12 (aws-cdk#21577): EC2 refuses groups on the environment together with network interfaces."""
    environment = EfaComputeEnvironment(
        stack, "Efa", vpc=vpc, instance_types=["hpc7a.96xlarge"], max_vcpus=768
    )
    assert "SecurityGroupIds" not in only(ENVIRONMENT)["ComputeResources"]
    (group,) = environment.security_groups
    identity = stack.resolve(group.security_group_id)
    interfaces = only(TEMPLATE)["LaunchTemplateData"]["NetworkInterfaces"]
    assert [each["Groups"] for each in interfaces] == [[identity], [identity]]


def test_the_members_of_the_group_talk_to_each_other_both_ways(
    stack: Stack, vpc: ec2.IVpc, only: Only
) -> None:
    """Pain 12 (gardener#1832): the fabric needs a rule to the group itself even if all addresses are open."""
    environment = EfaComputeEnvironment(stack, "Efa", vpc=vpc, instance_types=["c7i.48xlarge"], max_vcpus=768)
    identity = stack.resolve(environment.security_groups[0].security_group_id)
    base = {"GroupId": identity, "IpProtocol": "-1"}
    assert only("AWS::EC2::SecurityGroupIngress") == {**base, "SourceSecurityGroupId": identity}
    assert only("AWS::EC2::SecurityGroupEgress") == {**base, "DestinationSecurityGroupId": identity}
    # They also reach AWS.
    assert only(GROUP)["SecurityGroupEgress"][0]["CidrIp"] == "0.0.0.0/0"
    assert "SecurityGroupIngress" not in only(GROUP)


def test_the_instances_stand_together(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """They are in one subnet, so one Availability Zone, and in a cluster placement group."""
    environment = EfaComputeEnvironment(
        stack, "Efa", vpc=vpc, instance_types=["c7i.48xlarge", "m7i.48xlarge"], max_vcpus=768
    )
    capacity = only(ENVIRONMENT)["ComputeResources"]
    assert capacity["Subnets"] == ["subnet-1"]
    assert only(PLACEMENT) == {"Strategy": "cluster"}
    assert environment.placement_group is not None
    assert capacity["PlacementGroup"] == stack.resolve(environment.placement_group.placement_group_name)
    assert capacity["Ec2Configuration"] == [{"ImageType": "ECS_AL2023"}]


def test_a_reservation_has_its_own_place(
    stack: Stack, vpc: ec2.IVpc, one_subnet: ec2.SubnetSelection, synth: Synth
) -> None:
    """A new placement group would exclude a reservation that was made in another one."""
    EfaComputeEnvironment(
        stack,
        "Efa",
        vpc=vpc,
        vpc_subnets=one_subnet,
        instance_types=["p5.48xlarge"],
        max_vcpus=384,
        capacity_reservation=RESERVATION,
    )
    assert PLACEMENT not in {each["Type"] for each in synth().values()}


def test_a_type_that_stands_in_no_cluster_has_no_placement_group(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """EC2 would never start such a type in a cluster placement group."""
    EfaComputeEnvironment(stack, "Efa", vpc=vpc, instance_types=["vt1.24xlarge"], max_vcpus=96)
    assert PLACEMENT not in {each["Type"] for each in synth().values()}


def test_a_type_that_the_data_do_not_know_has_one_adapter_or_those_given(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """A type that is missing from the data passes with a warning, and its interfaces can be given."""
    first = EfaComputeEnvironment(stack, "First", vpc=vpc, instance_types=["p9.48xlarge"], max_vcpus=192)
    second = EfaComputeEnvironment(
        stack,
        "Second",
        vpc=vpc,
        instance_types=["p9.48xlarge"],
        max_vcpus=192,
        network_interfaces=[
            NetworkInterface(),
            NetworkInterface(network_card_index=1, device_index=1, interface_type=InterfaceType.EFA_ONLY),
        ],
        image_types=[ImageType.ECS_AL2023_NVIDIA],
    )
    found = synth()
    data = [
        found[stack.get_logical_id(cast("BatchLaunchTemplate", each.launch_template).cfn)]["Properties"][
            "LaunchTemplateData"
        ]
        for each in (first, second)
    ]
    kinds = [[each["InterfaceType"] for each in one["NetworkInterfaces"]] for one in data]
    assert kinds == [["efa"], ["efa", "efa-only"]]


def test_a_launch_template_of_ones_own_brings_its_interfaces(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """Its own disks and user data are possible; the groups are given twice, for the connections."""
    from aws_cdk import aws_ec2

    group = aws_ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    template = BatchLaunchTemplate(
        stack, "Template", network_interfaces=efa_interfaces("p5.48xlarge"), security_groups=[group]
    )
    environment = EfaComputeEnvironment(
        stack,
        "Efa",
        vpc=vpc,
        instance_types=["p5.48xlarge"],
        max_vcpus=384,
        launch_template=template,
        security_groups=[group],
    )
    capacity = only(ENVIRONMENT)["ComputeResources"]
    assert capacity["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "Template"}
    assert "SecurityGroupIds" not in capacity
    assert environment.connections.security_groups[0].security_group_id == "sg-1"


def test_its_own_launch_template_mounts_and_stripes(stack: Stack, vpc: ec2.IVpc, only: Only) -> None:
    """Interfaces, disks and file systems are in the one template that the environment makes."""
    from base64 import b64decode

    EfaComputeEnvironment(
        stack,
        "Efa",
        vpc=vpc,
        instance_types=["p5.48xlarge"],
        max_vcpus=192,
        storage=Storage(instance_store=InstanceStoreVolumes(docker_data_root=True)),
        mounts={"/fsx": LUSTRE},
    )

    data = only(TEMPLATE)["LaunchTemplateData"]
    assert len(data["NetworkInterfaces"]) == 32
    user_data = b64decode(data["UserData"]).decode()
    assert "DOCKER_DATA=true" in user_data
    assert "\nlustre /fsx fs-1.fsx.eu-west-1.amazonaws.com@tcp:/abc " in user_data


def test_nodes_of_several_cards_in_a_public_subnet_are_warned_of(stack: Stack, vpc: ec2.IVpc) -> None:
    """EC2 gives them no public address, so they never reach ECS, and jobs stay RUNNABLE."""
    from aws_cdk import aws_ec2
    from aws_cdk.assertions import Annotations, Match

    public = aws_ec2.SubnetSelection(subnets=[vpc.public_subnets[0]])
    for name, type_ in (("One", "c7i.48xlarge"), ("Many", "p4d.24xlarge")):
        EfaComputeEnvironment(stack, name, vpc=vpc, vpc_subnets=public, instance_types=[type_], max_vcpus=192)
    annotations = Annotations.from_stack(stack)
    annotations.has_warning("/Stack/Many", Match.string_like_regexp("no public address"))
    annotations.has_no_warning("/Stack/One", Match.string_like_regexp("no public address"))


def test_every_type_with_an_adapter_has_one_layout() -> None:
    """The environment accepts the interfaces of `efa_interfaces` for each type."""
    names = [name for name in types.names() if _has_adapter(name)]
    assert len(names) > 300
    assert [name for name in names if list(layouts_of([name])) != [efa_interfaces(name)]] == []


def test_our_rules_find_nothing_to_say(stack: Stack, vpc: ec2.IVpc, tmp_path: Path) -> None:
    """The rules of the Elastic Fabric Adapter, of launch templates and of environments hold for each card layout."""
    import json

    from aws_cdk import Stage

    examples = {efa_interfaces(name): name for name in types.names() if _has_adapter(name)}
    # 1, 2, 4, 8, 16, 32 adapters; 2 on cards for one interface; 16 with a card without an adapter.
    assert len(examples) == 8
    for number, name in enumerate(examples.values()):
        EfaComputeEnvironment(stack, f"Efa{number}", vpc=vpc, instance_types=[name], max_vcpus=896)
    stage = Stage.of(stack)
    assert stage is not None
    path = tmp_path / "stack.template.json"
    path.write_text(json.dumps(stage.synth().get_stack_by_name(stack.stack_name).template))
    found = [f"{each.rule_id} {each.message}" for each in check(read(path))]
    # AWS Batch has no image with a driver for the newest accelerators, so these need one of your own.
    assert [each for each in found if not each.startswith("AMI-14")] == []


def _has_adapter(name: str) -> bool:
    found = types.find(name)
    return found is not None and found.efa_supported and "cluster" in found.placement_strategies


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"instance_types": []}, "must name at least one"),
        (
            {"instance_types": ["c7i.large"]},
            "got c7i.large, of whose family only c7i.48xlarge and c7i.metal-48xl have one",
        ),
        ({"instance_types": ["m5"]}, "got m5, of whose family none has one"),
        ({"instance_types": ["optimal"]}, "got optimal: name types instead"),
        (
            {"instance_types": ["p4d.24xlarge", "p5.48xlarge"]},
            "got p4d.24xlarge for 4 network interfaces and p5.48xlarge for 32 network interfaces: make one",
        ),
        ({"instance_types": ["p5"]}, "p5.4xlarge for 1 network interface and p5.48xlarge"),
        ({"network_interfaces": []}, "network_interfaces must hold at least one"),
        ({"security_groups": []}, "security_groups must name at least one"),
        ({"max_vcpus": 0}, "max_vcpus must be at least 1"),
        ({"capacity_reservation": RESERVATION}, "vpc_subnets must be given with capacity_reservation"),
        ({"mounts": {"/usr": LUSTRE}}, "the path of mounts must not hide what the instance needs"),
    ],
)
def test_fails_when_arguments_are_impossible(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when the instances could not start or not communicate, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        EfaComputeEnvironment(
            stack, "Efa", vpc=vpc, **{"instance_types": ["p4d.24xlarge"], "max_vcpus": 192, **arguments}
        )
    assert len(stack.node.children) == before


def test_fails_when_two_subnets_are_selected(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when the instances would be in two Availability Zones."""
    from aws_cdk import aws_ec2

    both = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS)
    with pytest.raises(ValueError, match="vpc_subnets must select one subnet"):
        EfaComputeEnvironment(
            stack, "Efa", vpc=vpc, vpc_subnets=both, instance_types=["p4d.24xlarge"], max_vcpus=192
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "launch_template needs security_groups"),
        ({"network_interfaces": [NetworkInterface()]}, "network_interfaces must be in the launch template"),
        ({"capacity_reservation": RESERVATION}, "capacity_reservation must be in the launch template"),
        ({"mounts": {"/fsx": LUSTRE}}, "mounts must be in the launch template, got launch_template as well"),
    ],
)
def test_fails_when_a_template_of_ones_own_is_contradicted(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when an argument repeats what is in the template, or its groups are not given."""
    template = BatchLaunchTemplate(stack, "Template")
    with pytest.raises(ValueError, match=message):
        EfaComputeEnvironment(
            stack,
            "Efa",
            vpc=vpc,
            instance_types=["p4d.24xlarge"],
            max_vcpus=192,
            launch_template=template,
            **arguments,
        )


@pytest.mark.parametrize("restricted", [True, False])
def test_it_warns_where_nodes_cannot_talk(stack: Stack, restricted: bool) -> None:
    """Nodes are in the VPC's default group, whose rules the CDK may remove."""
    from aws_cdk import aws_ec2
    from aws_cdk.assertions import Annotations, Match

    vpc = aws_ec2.Vpc(stack, "Network", restrict_default_security_group=restricted)
    EfaComputeEnvironment(stack, "It", vpc=vpc, instance_types=["c7gn.16xlarge"], max_vcpus=128)
    found = Annotations.from_stack(stack).find_warning(
        "*", Match.string_like_regexp("nodes of multi-node jobs")
    )
    assert len(found) == restricted


def test_kept_vcpus_are_told_to_be_of_no_use(stack: Stack, vpc: ec2.IVpc) -> None:
    """AWS Batch starts new instances for each multi-node job, whatever min_vcpus keeps."""
    from aws_cdk.assertions import Annotations, Match

    EfaComputeEnvironment(stack, "It", vpc=vpc, instance_types=["c7gn.16xlarge"], min_vcpus=64, max_vcpus=128)
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("min_vcpus=64 keeps instances"))


@pytest.mark.parametrize("restricted", [True, False])
def test_node_connections_open_the_default_group(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], restricted: bool
) -> None:
    """Rules for nodes go to the VPC's default group; its own rules let everything out unless removed."""
    from aws_cdk import aws_ec2

    network = aws_ec2.Vpc(stack, "Network", restrict_default_security_group=restricted)
    nodes = EfaComputeEnvironment(stack, "It", vpc=network, instance_types=["c7gn.16xlarge"], max_vcpus=128)
    database = aws_ec2.SecurityGroup(stack, "Database", vpc=network)
    nodes.node_connections.allow_to(database, aws_ec2.Port.tcp(5432))
    rules = {
        kind: [
            each["Properties"]
            for each in synth().values()
            if each["Type"] == f"AWS::EC2::SecurityGroup{kind}"
        ]
        for kind in ("Ingress", "Egress")
    }
    default = {"Fn::GetAtt": ["Network8DD8F4E8", "DefaultSecurityGroup"]}
    assert [each["FromPort"] for each in rules["Ingress"] if str(default["Fn::GetAtt"][1]) in str(each)] == [
        5432
    ]
    out = [each for each in rules["Egress"] if "DefaultSecurityGroup" in str(each["GroupId"])]
    assert len(out) == restricted


def test_fails_when_an_imported_network_is_asked_for_its_default_group(stack: Stack, vpc: ec2.IVpc) -> None:
    """The default group of an imported VPC is unknown, and the message says how to look it up."""
    nodes = EfaComputeEnvironment(stack, "It", vpc=vpc, instance_types=["c7gn.16xlarge"], max_vcpus=128)
    with pytest.raises(ValueError, match="from_lookup_by_name"):
        nodes.node_connections  # noqa: B018 - the question raises
