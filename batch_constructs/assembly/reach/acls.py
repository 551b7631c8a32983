"""Decides whether the network ACL of a subnet lets traffic pass, and the replies to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.reach.hops import Kind, Traffic, hop
from batch_constructs.assembly.reach.matching import NO, UNKNOWN, YES, addresses, ports, worst
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.assembly.template.resources.networks import Vpc
from batch_constructs.facts.network_needs import DEFAULT_ACL_RULE, REPLY_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.reach.hops import End, Hop
    from batch_constructs.assembly.template.networks import Networks
    from batch_constructs.assembly.template.resources.networks import NetworkAcl, NetworkAclEntry, Subnet

_REPLIES = Traffic(*REPLY_PORTS)
_WORDS = {YES: "allows", NO: "does not allow", UNKNOWN: "may allow"}
_EVERY, _TCP = -1, 6


def passes(
    networks: Networks, subnet: Subnet, traffic: Traffic, other: End, *, outgoing: bool
) -> Iterator[Hop]:
    """Yield a hop for traffic through the network ACL of a subnet, and one for the replies in the other direction.

    Nothing is yielded for a default ACL that the template does not change: it allows everything.
    """
    acl = _acl(networks, subnet)
    place = f"the network ACL of {subnet.label}"
    if acl is None:
        yield hop(Kind.ACL, UNKNOWN, subnet, "is not in the template", place=place)
        return
    entries, loose = networks.acl_entries.of(acl), bool(networks.acl_entries.loose)
    if isinstance(acl, Vpc) and not entries and not loose:
        return
    for egress, packets, word in ((outgoing, traffic, ""), (not outgoing, _REPLIES, "the replies, ")):
        verdict = UNKNOWN if loose else _first_match(acl, entries, packets, other, egress=egress)
        way = "outgoing" if egress else "incoming"
        yield hop(Kind.ACL, verdict, acl, f"{_WORDS[verdict]} {word}{way} {packets}", place=place)


def _acl(networks: Networks, subnet: Subnet) -> NetworkAcl | Vpc | None:
    """Return the ACL of a subnet, a VPC for its default ACL; ``None`` if it is unknown."""
    attached = networks.acls.of(subnet)
    if not attached:
        return None if networks.acls.loose else subnet.vpc
    return attached[0].acl if len(attached) == 1 and not attached[0].conditional else None


def _first_match(
    acl: NetworkAcl | Vpc, entries: Sequence[NetworkAclEntry], packets: Traffic, other: End, *, egress: bool
) -> Verdict:
    """Return the action of the first entry, by number, that matches; an ACL denies what no entry allows."""
    possible: set[Verdict] = set()
    for entry in sorted(entries, key=_number):
        if isinstance(acl, Vpc) and _number(entry) > DEFAULT_ACL_RULE:
            break
        matches = _matches(entry, packets, other, egress=egress)
        if matches is not NO:
            action = entry.rule_action
            allows = YES if is_one_of(action, "ALLOW") else NO if is_one_of(action, "DENY") else UNKNOWN
            possible.add(allows)
        if matches is YES:
            return possible.pop() if len(possible) == 1 else UNKNOWN
    possible.add(YES if isinstance(acl, Vpc) else NO)
    return possible.pop() if len(possible) == 1 else UNKNOWN


def _number(entry: NetworkAclEntry) -> int:
    # An unknown number comes first, and matches only perhaps.
    return entry.rule_number if is_known(entry.rule_number) else -1


def _matches(entry: NetworkAclEntry, packets: Traffic, other: End, *, egress: bool) -> Verdict:
    # An entry is for incoming traffic by default.
    direction = UNKNOWN if not (is_known(entry.egress) or entry.egress is None) else YES
    if is_one_of(entry.egress, *((False, None) if egress else (True,))) or entry.omits("CidrBlock"):
        return NO
    protocol = entry.protocol
    if is_one_of(protocol, _EVERY):
        fits = YES
    elif is_one_of(protocol, _TCP):
        fits = ports(entry.port_range.low, entry.port_range.high, packets)
    else:
        fits = NO if is_known(protocol) else UNKNOWN
    certain = UNKNOWN if entry.conditional or _number(entry) < 0 else YES
    return worst((direction, fits, certain, addresses(entry, entry.raw("CidrBlock"), other)))
