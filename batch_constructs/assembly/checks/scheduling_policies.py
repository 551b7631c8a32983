"""Scheduling policies: the sharing of a queue's capacity."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, outside, rule
from batch_constructs.assembly.template import is_known, is_none_of, literals
from batch_constructs.facts import limits, patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import FairsharePolicy, SchedulingPolicy

CHAPTER = "Job Scheduling"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
# The maximum in CloudFormation's schema; that of the API is slightly lower.
_DISPUTED_WEIGHT = 1000


@rule("SP-01", severity=ERROR, remedy="keep one of the two; the kind of a policy cannot change later")
def one_kind_of_policy(policy: SchedulingPolicy) -> Iterator[Finding]:
    """A scheduling policy must be for fair shares or for quota shares, not both, and assign idle capacity by FIFO."""
    if len(policy.gives("FairsharePolicy", "QuotaSharePolicy")) > 1:
        yield Finding(policy, "a scheduling policy can have FairsharePolicy or QuotaSharePolicy, got both")
    quota = policy.quota_share_policy
    strategy, at = quota.idle_resource_assignment_strategy, "IdleResourceAssignmentStrategy"
    # AWS Batch answered: "Idle resource assignment strategy must be one of [FIFO]."
    if is_none_of(strategy, None, "FIFO"):
        yield Finding(quota, f"{at} must be FIFO, got {strategy}", at=at)


@rule("SP-02", severity=ERROR, remedy="look back at most a week, 604,800 seconds")
def share_decay(policy: FairsharePolicy) -> Iterator[Finding]:
    """The period of past usage must be at most a week."""
    yield from outside(limits.SHARE_DECAY_SECONDS, policy, "ShareDecaySeconds", policy.share_decay_seconds)


@rule("SP-03", severity=ERROR, remedy="reserve 0 to 99 percent")
def compute_reservation(policy: FairsharePolicy) -> Iterator[Finding]:
    """The reservation for inactive shares must be 0 to 99 percent."""
    yield from outside(limits.COMPUTE_RESERVATION, policy, "ComputeReservation", policy.compute_reservation)


@rule(
    "SP-04",
    severity=ERROR,
    remedy="give each share a unique identifier that no other share's prefix matches",
    prevents="ClientException: share identifiers must be unique and must not overlap",
)
def share_identifiers(policy: FairsharePolicy) -> Iterator[Finding]:
    """At most 500 share identifiers can be listed; they must be unique, and a prefix ending in * must not match another one."""
    shares = policy.share_distribution
    yield from miscounted(limits.SHARES, policy, "ShareDistribution", shares)
    for share in shares:
        yield from malformed(
            patterns.SHARE_IDENTIFIER_LOOSE, share, "ShareIdentifier", share.share_identifier
        )
    names = literals(share.share_identifier for share in shares)
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(
                policy,
                f"share identifiers must be unique, got {name!r} {count} times",
                at="ShareDistribution",
            )
    for prefix, name in _covered(names):
        message = f"share identifiers must not overlap, got {name!r} and {prefix!r}"
        yield Finding(policy, message, at="ShareDistribution")


def _covered(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each identifier that a prefix matches, after the prefix."""
    prefixes = {name for name in names if name.endswith("*")}
    for name in dict.fromkeys(names):
        text = name.removesuffix("*")
        beginnings = (f"{text[:end]}*" for end in range(len(text) + 1))
        yield from (
            (beginning, name) for beginning in beginnings if beginning in prefixes and beginning != name
        )


@rule("SP-05", severity=ERROR, remedy="choose a weight from 0.0001 to 999.9999; a lower one gets more")
def weight_factors(policy: FairsharePolicy) -> Iterator[Finding]:
    """The weight of a share must be 0.0001 to 999.9999."""
    for share in policy.share_distribution:
        for finding in outside(limits.WEIGHT_FACTOR, share, "WeightFactor", share.weight_factor):
            disputed = is_known(share.weight_factor) and share.weight_factor == _DISPUTED_WEIGHT
            severity = WARNING if disputed else ERROR
            yield Finding(finding.where, finding.message, at=finding.at, severity=severity)


@rule(
    "SP-08",
    severity=ERROR,
    remedy="use letters, digits, hyphens and underscores, with * at the end for a prefix",
    prevents="ShareIdentifier name should match a valid pattern",
)
def share_identifier_characters(policy: FairsharePolicy) -> Iterator[Finding]:
    """Share identifiers must be letters, digits, hyphens and underscores, with an optional * at the end."""
    for share in policy.share_distribution:
        name = share.share_identifier
        if is_known(name) and patterns.SHARE_IDENTIFIER_LOOSE.matches(name):
            yield from malformed(patterns.SHARE_IDENTIFIER, share, "ShareIdentifier", name)
