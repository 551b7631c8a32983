"""Decides what the change of one property does to its resource.

Create-only properties come from CloudFormation's schemas, properties that Batch can change in place from the guide's
chapter on updates. For environments it depends on two settings::

                                     ReplaceComputeEnvironment true (the default)   false
    create-only (name, tags, …)      replaced                                       replaced
    instances, network, images       replaced                                       infrastructure update, if the role
                                                                                    and the strategy allow it
    vCPUs, state                     scaling update                                 scaling update
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes.change import Effect, Kind, without_indexes
from batch_constructs.assembly.changes.unsupported import least_effect
from batch_constructs.assembly.template import is_given, is_known, is_none_of, is_one_of
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.assembly.template.unknown import ending, options_of
from batch_constructs.facts import allocation_strategies, updates
from batch_constructs.facts.role_trust import SERVICE_LINKED_ROLE_NAME
from batch_constructs.facts.schemas import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template import Resource

WHOLE = "Properties"
"""The path for all properties together, if the template leaves them open as a whole."""

_BEST_FIT = allocation_strategies.DEFAULT
_REVISED = "AWS::Batch::JobDefinition"
_IN_PLACE_OF_DEFINITIONS = ("ResourceRetentionPolicy", "Tags")
# Batch keeps the kind of a policy: it cannot become the other kind.
_POLICY_KINDS = ("FairsharePolicy", "QuotaSharePolicy")


def effect(old: Resource, new: Resource, path: str, *, certain: bool = True) -> Effect:
    """Return what the change of a property does to a resource; the least effect is none if the change is uncertain."""
    does = _effect(old, new, without_indexes(path))
    return does if certain else replace(does, at_least=Kind.UNCHANGED)


def _effect(old: Resource, new: Resource, path: str) -> Effect:
    facts = updates.TYPES.get(new.type)
    if facts is None or path == WHOLE:
        return _between(Kind.IN_PLACE, Kind.REPLACED)
    if new.type.startswith(PREFIX) and (least := least_effect(new, path)) is not None:
        return _between(least, Kind.REFUSED)
    if updates.covers(facts.create_only, path):
        return _certain(Kind.REPLACED)
    if isinstance(old, ComputeEnvironment) and isinstance(new, ComputeEnvironment):
        return _environment(old, new, path)
    if updates.touches(facts.create_only | facts.conditional, path):
        return _between(Kind.IN_PLACE, Kind.REPLACED)
    if new.type == _REVISED:
        # It is not documented whether CloudFormation registers a revision for a change of these two.
        in_place = updates.covers(_IN_PLACE_OF_DEFINITIONS, path)
        return _between(Kind.IN_PLACE, Kind.NEW_REVISION) if in_place else _certain(Kind.NEW_REVISION)
    return _refusal(old, new, path) or _certain(Kind.IN_PLACE)


def _certain(kind: Kind) -> Effect:
    return Effect(kind=kind, at_least=kind)


def _between(at_least: Kind, kind: Kind) -> Effect:
    return Effect(kind=kind, at_least=at_least)


def _refused(why: str, remedy: str, *, otherwise: Kind | None = None) -> Effect:
    at_least = Kind.REFUSED if otherwise is None else otherwise
    return Effect(kind=Kind.REFUSED, at_least=at_least, why=why, remedy=remedy)


def _refusal(old: Resource, new: Resource, path: str) -> Effect | None:
    """Return the refusal of changes that queues and scheduling policies do not allow."""
    if new.type == "AWS::Batch::JobQueue" and path == "SchedulingPolicyArn":
        one, other = old.raw(path), new.raw(path)
        if is_given(one) and is_given(other):
            return None
        certain = (one is None and is_given(other)) or (other is None and is_given(one))
        verb = "removed from a queue" if other is None else "added to a queue that was created without one"
        return _refused(
            f"a scheduling policy cannot be {verb}",
            "give the queue another construct id, which creates a second queue, and move the submissions to it",
            otherwise=None if certain else Kind.IN_PLACE,
        )
    if new.type == "AWS::Batch::SchedulingPolicy" and path.partition(".")[0] in _POLICY_KINDS:
        kind = path.partition(".")[0]
        if (old.raw(kind) is None) != (new.raw(kind) is None):
            return _refused(
                f"{kind} can only be chosen when the policy is created",
                "create a second policy, and use it for a new queue",
            )
    return None


def _environment(old: ComputeEnvironment, new: ComputeEnvironment, path: str) -> Effect:
    in_place = _in_place(old, new, path)
    facts = updates.TYPES[new.type]
    conditional = updates.touches(facts.conditional, path)
    if not conditional and not updates.touches(facts.create_only, path):
        return in_place
    replacing = new.replace_compute_environment
    if conditional and is_one_of(replacing, True, None) and updates.covers(facts.conditional, path):
        return _certain(Kind.REPLACED)
    if conditional and is_one_of(replacing, False) and not updates.touches(facts.create_only, path):
        return in_place
    return replace(in_place, kind=Kind.REPLACED)


def _in_place(old: ComputeEnvironment, new: ComputeEnvironment, path: str) -> Effect:
    """Return what an update without replacement does to an environment."""
    if path == "ServiceRole":
        return _service_role(old, new)
    if path == "ComputeResources.Type" and (refusal := _type(old, new)):
        return refusal
    if new.compute_resources.fargate:
        return _on_fargate(path)
    if updates.touches(updates.INFRASTRUCTURE, path):
        return _infrastructure(old, new)
    return _certain(Kind.SCALING_UPDATE if updates.covers(updates.SCALING, path) else Kind.IN_PLACE)


def _on_fargate(path: str) -> Effect:
    if updates.covers(updates.FARGATE_REFUSED, path):
        return _refused(
            f"{path.removeprefix('ComputeResources.')} of a Fargate environment cannot be updated",
            "leave out the change, or let it replace the environment: ReplaceComputeEnvironment true, and no name",
        )
    return _certain(Kind.SCALING_UPDATE if updates.covers(updates.FARGATE_SCALING, path) else Kind.IN_PLACE)


def _infrastructure(old: ComputeEnvironment, new: ComputeEnvironment) -> Effect:
    for blocks, what, how in (
        (
            has_custom_role,
            "the service-linked role, and the environment has a ServiceRole",
            "without ServiceRole",
        ),
        (has_best_fit, f"a strategy other than {_BEST_FIT}, before and after", "with another strategy"),
    ):
        found = {blocks(old), blocks(new)}
        if found != {False}:
            return _refused(
                f"an infrastructure update needs {what}",
                _new_environment(how),
                otherwise=None if True in found else Kind.INFRASTRUCTURE_UPDATE,
            )
    return _certain(Kind.INFRASTRUCTURE_UPDATE)


def _new_environment(how: str) -> str:
    return f"create an environment {how} under another construct id, and use it in the queue instead"


def has_best_fit(environment: ComputeEnvironment) -> bool | None:
    """Return whether the strategy is the one that excludes infrastructure updates; ``None``: unknown."""
    return _all_or_none(
        _is_best_fit(environment, each)
        for each in options_of(environment.compute_resources.allocation_strategy)
    )


def _is_best_fit(environment: ComputeEnvironment, strategy: Any) -> bool | None:
    if strategy is None:
        # EKS has no default strategy, so CloudFormation reports another error.
        return is_one_of(environment.eks, False) and environment.compute_resources.ec2
    return strategy == _BEST_FIT if is_known(strategy) else None


def _all_or_none(answers: Iterable[bool | None]) -> bool | None:
    """Return the answer for all options of a value; ``None`` if they differ or one is unknown."""
    found = set(answers)
    return found.pop() if len(found) == 1 else None


def has_custom_role(environment: ComputeEnvironment) -> bool | None:
    """Return whether the service role is not the service-linked one; ``None``: unknown."""
    role = environment.service_role_arn
    if role is None:
        return False
    if environment.service_role is not None:
        return True
    name = ending(role)
    return name != SERVICE_LINKED_ROLE_NAME if name is not None else None


def _service_role(old: ComputeEnvironment, new: ComputeEnvironment) -> Effect:
    before, after = has_custom_role(old), has_custom_role(new)
    if before is not None and before == after:
        return _certain(Kind.SCALING_UPDATE)
    return _refused(
        "an environment cannot change between the service-linked role and another service role",
        _new_environment("with the new role"),
        otherwise=Kind.SCALING_UPDATE if before is None or after is None else None,
    )


def _type(old: ComputeEnvironment, new: ComputeEnvironment) -> Effect | None:
    before, after = old.compute_resources.type, new.compute_resources.type
    options = [*options_of(before), *options_of(after)]
    if all(is_known(each) and str(each).upper() in {"EC2", "SPOT"} for each in options):
        return None
    certain = any(is_known(each) and is_none_of(each, "EC2", "SPOT") for each in (before, after))
    return _refused(
        "an environment cannot change its type in place, other than between EC2 and SPOT",
        "let the change replace it: ReplaceComputeEnvironment true, and no name",
        otherwise=None if certain else Kind.INFRASTRUCTURE_UPDATE,
    )
