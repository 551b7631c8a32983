"""One environment for each instance type with an Elastic Fabric Adapter, in one app: `python adapters.py SIDE`.

SIDE is `ours`; `equal`, the same by hand with the CDK's L2 and its escape hatches; or `plain`, the L2 with a launch
template that has no adapter at all. It prints the seconds of the synth.
"""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import App, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2

import batch_constructs as bc
from batch_constructs.facts import instance_types as types
from bench.equal import STACK_NAME, check_equal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batch_constructs.facts.instance_types import InstanceType

    Make = Callable[[Stack, ec2.IVpc, str, InstanceType], object]

PER_STACK = 50
"""The number of types in a stack: each has up to eight resources, and a stack can have 500."""

# The L2 cannot read the names of P6 and of the High Memory types.
READABLE = re.compile(r"[a-z]+[0-9]+[a-z]*\.[a-z0-9-]+")
IMAGES = batch.EcsMachineImageType


def ours(stack: Stack, vpc: ec2.IVpc, id: str, type_: InstanceType) -> object:
    return bc.EfaComputeEnvironment(stack, id, vpc=vpc, instance_types=[type_.name], max_vcpus=1024)


def _template(stack: Stack, id: str) -> ec2.LaunchTemplate:
    disk = ec2.BlockDeviceVolume.ebs(
        100, encrypted=True, delete_on_termination=True, volume_type=ec2.EbsDeviceVolumeType.GP3
    )
    return ec2.LaunchTemplate(
        stack,
        f"{id}Template",
        require_imdsv2=True,
        http_put_response_hop_limit=1,
        block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=disk)],
    )


def plain(stack: Stack, vpc: ec2.IVpc, id: str, type_: InstanceType, **more: Any) -> Any:
    name = type_.name if READABLE.fullmatch(type_.name) else "c7i.48xlarge"
    template = more.pop("launch_template", None) or _template(stack, id)
    return batch.ManagedEc2EcsComputeEnvironment(
        stack,
        id,
        vpc=vpc,
        maxv_cpus=1024,
        instance_types=[ec2.InstanceType(name)],
        use_optimal_instance_classes=False,
        images=[
            batch.EcsMachineImage(
                image_type=IMAGES.ECS_AL2023_NVIDIA if type_.gpus else IMAGES.ECS_AL2023,
            )
        ],
        launch_template=template,
        replace_compute_environment=False,
        update_to_latest_image_version=True,
        **more,
    )


def equal(stack: Stack, vpc: ec2.IVpc, id: str, type_: InstanceType) -> object:
    group = ec2.SecurityGroup(stack, f"{id}Group", vpc=vpc)
    itself = group.security_group_id
    # The L2 drops a group's rule to itself if there is one to all addresses.
    ec2.CfnSecurityGroupIngress(
        stack, f"{id}In", group_id=itself, ip_protocol="-1", source_security_group_id=itself
    )
    ec2.CfnSecurityGroupEgress(
        stack, f"{id}Out", group_id=itself, ip_protocol="-1", destination_security_group_id=itself
    )
    template = _template(stack, id)
    interfaces = [
        {
            "NetworkCardIndex": each.network_card_index,
            "DeviceIndex": each.device_index,
            "InterfaceType": each.interface_type.value,
            "Groups": [itself],
            "DeleteOnTermination": True,
        }
        for each in bc.efa_interfaces(type_.name)
    ]
    _cfn(template).add_property_override("LaunchTemplateData.NetworkInterfaces", interfaces)
    near = (
        ec2.PlacementGroup(stack, f"{id}Near", strategy=ec2.PlacementGroupStrategy.CLUSTER)
        if "cluster" in type_.placement_strategies
        else None
    )
    made = _cfn(
        plain(stack, vpc, id, type_, launch_template=template, security_groups=[group], placement_group=near)
    )
    made.add_property_override("ComputeResources.LaunchTemplate.Version", template.latest_version_number)
    made.add_property_deletion_override("ComputeResources.SecurityGroupIds")
    made.add_property_deletion_override("Tags")
    if not READABLE.fullmatch(type_.name):
        made.add_property_override("ComputeResources.InstanceTypes", [type_.name])
    return made


def _cfn(construct: Any) -> Any:
    return construct.node.default_child


SIDES: dict[str, Make] = {"ours": ours, "equal": equal, "plain": plain}


def with_adapter() -> list[InstanceType]:
    """Return all types with an adapter."""
    found = (types.find(name) for name in types.names())
    return [each for each in found if each is not None and each.efa_supported]


def build(make: Make, chosen: Sequence[InstanceType]) -> list[dict[str, Any]]:
    """Return the templates, with a number of types in each."""
    app = App()
    for number, first in enumerate(range(0, len(chosen), PER_STACK)):
        stack = Stack(app, f"{STACK_NAME}{number or ''}")
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-1",
            availability_zones=["eu-west-1a"],
            private_subnet_ids=["subnet-1"],
        )
        for each in chosen[first : first + PER_STACK]:
            make(stack, vpc, each.name.replace(".", ""), each)
    return [cast("dict[str, Any]", each.template) for each in app.synth().stacks]


def prove_equal() -> None:
    """Compare the templates of one type for each combination of network cards and adapters."""
    layouts = {bc.efa_interfaces(each.name): each for each in with_adapter()}
    sides = [build(SIDES[side], list(layouts.values())) for side in ("ours", "equal")]
    for templates in zip(*sides, strict=True):
        check_equal(*templates)


if __name__ == "__main__":
    types_ = with_adapter()
    start = time.perf_counter()
    build(SIDES[sys.argv[1]], types_)
    print(time.perf_counter() - start)
