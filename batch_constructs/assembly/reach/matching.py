"""Compares the rules of security groups, and the entries of network ACLs, with traffic."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING

from batch_constructs.assembly.proofs import Verdict
from batch_constructs.assembly.template import Unknown, is_known
from batch_constructs.assembly.template.members import linked
from batch_constructs.assembly.template.resources.networks import SecurityGroup, Subnet, Vpc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.reach.hops import End, Traffic
    from batch_constructs.assembly.template import View
    from batch_constructs.assembly.template.resources.networks import (
        SecurityGroupEgress,
        SecurityGroupIngress,
        SecurityGroupRule,
    )

NO, UNKNOWN, YES = Verdict.NO, Verdict.UNKNOWN, Verdict.YES
_ORDER = (NO, UNKNOWN, YES)
_NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}
# Addresses that are never on the internet. A rule for them does not lead to a service there.
_NOT_PUBLIC = tuple(
    map(
        IPv4Network,
        ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
    )
) + tuple(map(IPv4Network, ("192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4")))


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return *no* before *unknown* before *yes*; *yes* without verdicts."""
    return min(verdicts, key=_ORDER.index, default=YES)


def best(verdicts: Iterable[Verdict]) -> Verdict:
    """Return *yes* before *unknown* before *no*; *no* without verdicts."""
    return max(verdicts, key=_ORDER.index, default=NO)


def rule_matches(
    rule: SecurityGroupRule | SecurityGroupIngress | SecurityGroupEgress,
    side: str,
    traffic: Traffic,
    other: End,
) -> Verdict:
    """Return whether a rule of a security group allows traffic.

    Args:
        rule: the rule, inline or separate.
        side: the prefix of the members that name the other end: ``Source`` or ``Destination``.
        traffic: the protocol and the ports.
        other: the end that the traffic comes from or goes to.
    """
    protocol = rule.protocol
    spoken = _protocol(protocol.lower() if is_known(protocol) else protocol, traffic)
    # Without a certain protocol it may be -1, for which the ports do not count.
    certain = is_known(protocol) and protocol != "-1"
    fits = ports(rule.from_port, rule.to_port, traffic) if certain else YES
    return worst((spoken, fits, _peer(rule, side, other)))


def _protocol(protocol: str | Unknown | None, traffic: Traffic) -> Verdict:
    if not is_known(protocol):
        return UNKNOWN
    number = _NUMBERS.get(traffic.protocol, traffic.protocol)
    return YES if protocol in {"-1", traffic.protocol, number} else NO


def ports(low: int | Unknown | None, high: int | Unknown | None, traffic: Traffic) -> Verdict:
    """Return whether a range contains the ports of traffic: *unknown* if it contains some of them, or is unknown."""
    # EC2 refuses TCP without ports.
    if not is_known(low) or not is_known(high):
        return UNKNOWN
    if low <= traffic.low and traffic.high <= high:
        return YES
    return NO if high < traffic.low or traffic.high < low else UNKNOWN


def _peer(rule: View, side: str, other: End) -> Verdict:
    """Return whether a rule is for the other end: for its group, its addresses, or a prefix list, which may contain them."""
    found = []
    if (group := rule.raw(f"{side}SecurityGroupId")) is not None:
        found.append(_group(rule, group, other))
    if other.only_groups:
        return best(found)
    if rule.raw(f"{side}PrefixListId") is not None or rule.raw(f"{side}SecurityGroupName") is not None:
        found.append(UNKNOWN)
    if (block := rule.raw("CidrIp")) is not None:
        found.append(addresses(rule, block, other))
    if rule.raw("CidrIpv6") is not None:
        found.append(NO if other.only_ipv4 else UNKNOWN)
    return best(found) if found else UNKNOWN


def _group(rule: View, value: object, other: End) -> Verdict:
    if other.public:
        return NO
    group = linked(rule, value, SecurityGroup) or linked(rule, value, Vpc)
    if group is not None and group in other.groups:
        return YES
    certain = (group is not None or is_known(value)) and other.groups.complete
    return NO if certain else UNKNOWN


def addresses(view: View, value: object, other: End) -> Verdict:
    """Return whether a range of addresses in a template contains those of an end.

    Args:
        view: the rule or entry with the range.
        value: the range: ``10.0.0.0/16``, or a reference to the range of a VPC or a subnet.
        other: the end.
    """
    subnet, vpc = linked(view, value, Subnet), linked(view, value, Vpc)
    if subnet is not None or vpc is not None:
        if other.public:
            return NO
        inside = (subnet is not None and subnet is other.subnet) or (vpc is not None and vpc is other.vpc)
        return YES if inside else UNKNOWN
    if not isinstance(value, str):
        return UNKNOWN
    try:
        block = ip_network(value, strict=False)
    except ValueError:
        return UNKNOWN
    if not isinstance(block, IPv4Network):
        return NO if other.only_ipv4 else UNKNOWN
    return _contains(block, other)


def is_private(block: str) -> bool:
    """Return whether a range of addresses is certainly not on the internet."""
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        return False
    return isinstance(network, IPv4Network) and any(network.subnet_of(each) for each in _NOT_PUBLIC)


def _contains(block: IPv4Network, other: End) -> Verdict:
    if block.prefixlen == 0:
        return YES
    if other.public:
        return NO if is_private(str(block)) else UNKNOWN
    if not other.blocks:
        return UNKNOWN
    if all(each.subnet_of(block) for each in other.blocks):
        return YES
    return UNKNOWN if any(each.overlaps(block) for each in other.blocks) else NO
