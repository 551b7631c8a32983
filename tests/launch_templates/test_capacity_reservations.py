"""Reserved capacity in launch templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Stack

from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = "arn:aws:resource-groups:eu-west-1:123456789012:group/training"


def test_a_reservation_is_what_instances_are_started_in(
    stack: Stack, launch_template_data: Callable[[], dict[str, Any]]
) -> None:
    """The template targets it without a market type, since it is on-demand capacity."""
    BatchLaunchTemplate(stack, "Lt", capacity_reservation=CapacityReservation(reservation_id="cr-0123"))
    data = launch_template_data()
    assert data["CapacityReservationSpecification"] == {
        "CapacityReservationTarget": {"CapacityReservationId": "cr-0123"}
    }
    assert "InstanceMarketOptions" not in data


def test_a_group_of_reservations_is_named_by_its_arn(
    stack: Stack, launch_template_data: Callable[[], dict[str, Any]]
) -> None:
    """EC2 uses any reservation in the group that fits."""
    BatchLaunchTemplate(stack, "Lt", capacity_reservation=CapacityReservation(resource_group_arn=GROUP))
    assert launch_template_data()["CapacityReservationSpecification"] == {
        "CapacityReservationTarget": {"CapacityReservationResourceGroupArn": GROUP}
    }


def test_a_capacity_block_is_a_market_of_its_own(
    stack: Stack, launch_template_data: Callable[[], dict[str, Any]]
) -> None:
    """Without the market type EC2 starts nothing in the block."""
    identity = CfnParameter(stack, "Block").value_as_string
    BatchLaunchTemplate(
        stack, "Lt", capacity_reservation=CapacityReservation(reservation_id=identity, capacity_block=True)
    )
    data = launch_template_data()
    assert data["InstanceMarketOptions"] == {"MarketType": "capacity-block"}
    assert data["CapacityReservationSpecification"] == {
        "CapacityReservationTarget": {"CapacityReservationId": {"Ref": "Block"}}
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either reservation_id or resource_group_arn, got neither"),
        ({"reservation_id": "cr-1", "resource_group_arn": GROUP}, "got both"),
        ({"reservation_id": "cb-1"}, "reservation_id must begin with cr-, got 'cb-1'"),
        ({"resource_group_arn": "training"}, "must look like arn:aws:resource-groups"),
    ],
)
def test_fails_when_it_names_no_reservation(arguments: dict[str, Any], message: str) -> None:
    """Fails when neither or both are given, or the id is that of an offering."""
    with pytest.raises(ValueError, match=message):
        CapacityReservation(**arguments)
