"""Decides whether security groups let traffic out or in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.reach.hops import Kind, hop
from batch_constructs.assembly.reach.matching import NO, UNKNOWN, YES, best, rule_matches
from batch_constructs.assembly.template.resources.networks import (
    SecurityGroupEgress,
    SecurityGroupIngress,
    Vpc,
)

if TYPE_CHECKING:
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.reach.hops import End, Group, Hop, Traffic
    from batch_constructs.assembly.template.networks import Networks
    from batch_constructs.assembly.template.resources.networks import SecurityGroupRule

_SIDES = {Kind.EGRESS: "Destination", Kind.INGRESS: "Source"}


def leaves(networks: Networks, start: End, traffic: Traffic, end: End) -> Hop:
    """Return the hop out of the security groups at the start of a path."""
    return _passes(networks, Kind.EGRESS, start, traffic, end)


def enters(networks: Networks, start: End, traffic: Traffic, end: End) -> Hop:
    """Return the hop into the security groups at the end of a path."""
    return _passes(networks, Kind.INGRESS, end, traffic, start)


def _passes(networks: Networks, kind: Kind, here: End, traffic: Traffic, other: End) -> Hop:
    key = kind, tuple(here.groups), traffic, other.as_seen
    if key not in networks.verdicts:
        networks.verdicts[key] = best(_group(networks, kind, group, traffic, other) for group in here.groups)
    verdict: Verdict = networks.verdicts[key]
    separate = networks.egress_rules if kind is Kind.EGRESS else networks.ingress_rules
    if verdict is NO and (not here.groups.complete or separate.loose):
        verdict = UNKNOWN
    way, word = ("outgoing", "to") if kind is Kind.EGRESS else ("incoming", "from")
    allows = {YES: "allows", NO: "does not allow", UNKNOWN: "may allow"}[verdict]
    says = f"{allows} {way} {traffic} {word} {other.label}"
    return hop(kind, verdict, here.where, says, here.at, place=_names(here))


def _names(here: End) -> str:
    names = [f"the default group of {g.label}" if isinstance(g, Vpc) else g.label for g in here.groups]
    if not here.groups.complete:
        names.append("an unknown group" if names else f"the unknown security groups of {here.label}")
    return " and ".join(names)


def _group(networks: Networks, kind: Kind, group: Group, traffic: Traffic, other: End) -> Verdict:
    if isinstance(group, Vpc):
        return _default_group(networks, kind, group, traffic, other)
    inline = group.egress if kind is Kind.EGRESS else group.ingress
    rules = networks.egress(group) if kind is Kind.EGRESS else networks.ingress(group)
    verdict = best(_rule(rule, kind, traffic, other) for rule in rules)
    if not inline.complete:
        verdict = best((verdict, UNKNOWN))
    elif kind is Kind.EGRESS and not inline and not other.only_groups:
        # EC2 adds a rule that allows everything. AWS does not say whether it stays next to separate rules.
        verdict = best((verdict, UNKNOWN if rules else YES))
    return UNKNOWN if group.conditional and verdict is YES else verdict


def _default_group(networks: Networks, kind: Kind, vpc: Vpc, traffic: Traffic, other: End) -> Verdict:
    """Return whether the default group of a VPC lets traffic pass: to anywhere, and from itself, unless that was removed."""
    separate = networks.egress_rules if kind is Kind.EGRESS else networks.ingress_rules
    own = best(_rule(rule, kind, traffic, other) for rule in separate.of(vpc))
    if vpc in networks.closed_default_groups:
        return own
    if kind is Kind.EGRESS or vpc in other.groups:
        return YES
    return own if other.groups.complete else best((own, UNKNOWN))


def _rule(
    rule: SecurityGroupRule | SecurityGroupIngress | SecurityGroupEgress,
    kind: Kind,
    traffic: Traffic,
    other: End,
) -> Verdict:
    verdict = rule_matches(rule, _SIDES[kind], traffic, other)
    return UNKNOWN if verdict is YES and rule.home.conditional else verdict
