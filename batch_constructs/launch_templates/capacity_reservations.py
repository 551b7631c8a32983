"""Reserved capacity, as a launch template names it."""

from __future__ import annotations

from dataclasses import dataclass

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known

__all__ = ["CapacityReservation"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityReservation:
    """An On-Demand Capacity Reservation, a Capacity Block, or a resource group of them, to start instances in.

    It is in one Availability Zone, so the environment needs a subnet there.

    Attributes:
        reservation_id: ``cr-…``, also for a Capacity Block; give either this or the group. Tokens pass. By default
            the group is used.
        resource_group_arn: A resource group whose reservations are used; give either this or the id. Tokens pass. By
            default the id is used.
        capacity_block: Whether it is a Capacity Block for ML, whose instances EC2 starts only if the launch template
            says so. By default no.

    Raises:
        ValueError: neither or both of the two are given, or the id is not that of a reservation.

    Guide: Launch Template Support.
    """

    reservation_id: str | None = None
    resource_group_arn: str | None = None
    capacity_block: bool = False

    def __post_init__(self) -> None:
        problems = Problems()
        given = [self.reservation_id, self.resource_group_arn]
        problems.check(
            given.count(None) == 1,
            "a capacity reservation needs either reservation_id or resource_group_arn, got "
            + ("both" if given.count(None) == 0 else "neither"),
        )
        if self.reservation_id is not None and known(self.reservation_id):
            problems.check(
                self.reservation_id.startswith("cr-"),
                f"reservation_id must begin with cr-, got {self.reservation_id!r}: the id of a Capacity Block's "
                "reservation, not of its offering",
            )
        if self.resource_group_arn is not None and known(self.resource_group_arn):
            problems.check(
                ":resource-groups:" in self.resource_group_arn,
                "resource_group_arn must look like arn:aws:resource-groups:REGION:ACCOUNT:group/NAME, got "
                f"{self.resource_group_arn!r}",
            )
        problems.raise_if_any()
