"""Networks for compute environments, and which subnets of a network an environment gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2

__all__ = ["Placement", "placement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The subnets of a compute environment."""

    subnet_ids: tuple[str, ...]
    """In the order of the VPC; tokens, or literal ids of an imported VPC."""

    public: bool | None
    """Whether one of them routes to an internet gateway. ``None``: they are not of this VPC object, so who knows."""


_PLACEMENTS: WeakKeyDictionary[ec2.IVpc, list[tuple[ec2.SubnetSelection | None, Placement]]] = (
    WeakKeyDictionary()
)


def placement(vpc: ec2.IVpc, selection: ec2.SubnetSelection | None = None) -> Placement:
    """Find the subnets for an environment, once for each VPC and selection.

    Without a selection it takes what ``vpc.select_subnets()`` takes: private subnets with a way out, else isolated
    ones, else public ones.

    Args:
        vpc: The network, of this app or imported.
        selection: Which of its subnets.

    Raises:
        RuntimeError: the VPC has no such subnets (the CDK's own message).
    """
    # Each answer costs several border crossings, and ten environments in one VPC would ask ten times.
    remembered = _PLACEMENTS.setdefault(vpc, [])
    for asked, answer in remembered:
        if asked == selection:
            return answer
    answer = _default(vpc) if selection is None else _selected(vpc, selection)
    remembered.append((selection, answer))
    return answer


def _default(vpc: ec2.IVpc) -> Placement:
    # Reading the lists crosses less often than the eight-field answer of select_subnets().
    if subnets := vpc.private_subnets or vpc.isolated_subnets:
        return Placement(subnet_ids=_ids(subnets), public=False)
    return Placement(subnet_ids=_ids(vpc.public_subnets), public=True)


def _selected(vpc: ec2.IVpc, selection: ec2.SubnetSelection) -> Placement:
    chosen = vpc.select_subnets(
        availability_zones=selection.availability_zones,
        one_per_az=selection.one_per_az,
        subnet_filters=selection.subnet_filters,
        subnet_group_name=selection.subnet_group_name,
        subnets=selection.subnets,
        subnet_type=selection.subnet_type,
    )
    ids = tuple(chosen.subnet_ids)
    if selection.subnets is None or chosen.has_public:
        return Placement(subnet_ids=ids, public=chosen.has_public)
    own = {*_ids(vpc.private_subnets), *_ids(vpc.isolated_subnets)}
    return Placement(subnet_ids=ids, public=False if own.issuperset(ids) else None)


def _ids(subnets: Sequence[ec2.ISubnet]) -> tuple[str, ...]:
    return tuple(subnet.subnet_id for subnet in subnets)
