"""The templates of aws-samples/awsome-distributed-training for P4d, P5 and P6 take at most 15 lines here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

PROGRAM = """
import batch_constructs as bc
from aws_cdk import App, Size, Stack

app = App()
stack = Stack(app, "Training")
vpc = bc.BatchNetwork(stack, "Network", max_azs=1).vpc
block = bc.CapacityReservation(reservation_id="cr-0123456789abcdef0", capacity_block=True)
nodes = bc.EfaComputeEnvironment(stack, "Nodes", vpc=vpc, instance_types=[TYPE], max_vcpus=384,
                                 capacity_reservation=block if CAPACITY_BLOCK else None)
bc.JobQueue(stack, "Queue", compute_environments=[nodes])
nccl = bc.NodeGroup(nodes=2, image="public.ecr.aws/hpc-cloud/nccl-tests:latest", vcpus=8, gpus=8,
                    memory=Size.gibibytes(64), efa_interfaces=ADAPTERS)
bc.MultiNodeParallelJobDefinition(stack, "NcclTest", instance_type=TYPE, node_groups=[nccl])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The properties of a template of 1.architectures/3.aws-batch, as of commit 7217859.

    Attributes:
        type: The instance type of the nodes.
        adapters: Its network interfaces, all of them ``efa``, and the devices of each container.
        capacity_block: Whether it runs in a Capacity Block; otherwise in a cluster placement group.
    """

    type: str
    adapters: int
    capacity_block: bool


PUBLISHED = (
    Published(type="p4d.24xlarge", adapters=4, capacity_block=False),
    Published(type="p5.48xlarge", adapters=32, capacity_block=True),
    Published(type="p6-b200.48xlarge", adapters=8, capacity_block=True),
)


def test_the_program_is_short() -> None:
    """The count includes imports, app and stack."""
    assert len([line for line in PROGRAM.splitlines() if line.strip()]) <= 15


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.type)
def test_a_published_template_is_matched(published: Published) -> None:
    """Interfaces, devices, NVIDIA's image, one Availability Zone, and the placement group or reservation are equal."""
    names: dict[str, Any] = {
        "TYPE": published.type,
        "ADAPTERS": published.adapters,
        "CAPACITY_BLOCK": published.capacity_block,
    }
    exec(compile(PROGRAM, "program.py", "exec"), names)
    template = names["app"].synth().get_stack_by_name("Training").template["Resources"]

    def only(kind: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = [
            each["Properties"] for each in template.values() if each["Type"] == kind
        ]
        assert len(found) == 1
        return found[0]

    launch = only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    # The templates use an address of the subnet for each card; ours has efa-only beyond the first if cards can.
    kinds = [each["InterfaceType"] for each in launch["NetworkInterfaces"]]
    assert len(kinds) == published.adapters
    assert kinds[0] == "efa"
    assert {*kinds} <= {"efa", "efa-only"}
    cards = [each.get("NetworkCardIndex", 0) for each in launch["NetworkInterfaces"]]
    assert cards == list(range(published.adapters))
    resources = only("AWS::Batch::ComputeEnvironment")["ComputeResources"]
    if published.capacity_block:
        target = launch["CapacityReservationSpecification"]["CapacityReservationTarget"]
        assert target == {"CapacityReservationId": "cr-0123456789abcdef0"}
        assert launch["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    else:
        assert only("AWS::EC2::PlacementGroup")["Strategy"] == "cluster"
        assert "PlacementGroup" in resources
    assert [each["ImageType"] for each in resources["Ec2Configuration"]] == ["ECS_AL2023_NVIDIA"]
    assert len(resources["Subnets"]) == 1
    # The templates have BEST_FIT, which can never be updated in place.
    assert resources["AllocationStrategy"] != "BEST_FIT"

    nodes = only("AWS::Batch::JobDefinition")["NodeProperties"]
    assert nodes["NumNodes"] == 2
    [group] = nodes["NodeRangeProperties"]
    devices = [each["HostPath"] for each in group["Container"]["LinuxParameters"]["Devices"]]
    assert devices == [f"/dev/infiniband/uverbs{number}" for number in range(published.adapters)]
    assert {"Name": "memlock", "SoftLimit": -1, "HardLimit": -1} in group["Container"]["Ulimits"]
