"""IAM's evaluation logic, with three values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.may.naming import pattern_in, pseudo
from batch_constructs.assembly.may.policies import boundary, identity_policies, policies_of
from batch_constructs.assembly.may.principals import Anonymous, Service, named_in
from batch_constructs.assembly.may.statements import Request, applies, is_effect
from batch_constructs.assembly.may.texts import matches, split
from batch_constructs.assembly.may.things import EVERYTHING
from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, all_of, any_of, inverse
from batch_constructs.assembly.proofs import Answer, Step, every, some
from batch_constructs.assembly.template.unknown import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from batch_constructs.assembly.may.policies import Policy
    from batch_constructs.assembly.may.principals import Principal, RoleOf
    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.may.things import Thing
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources.roles import Statement

    _Match: TypeAlias = Callable[[Statement], Verdict]

_ACCOUNT, _RESOURCE = 4, 5


def may(
    batch: BatchModel,
    principal: Principal,
    action: str,
    thing: Thing,
    context: Mapping[str, Text | None] | None = None,
) -> Answer:
    """Return whether a principal may do something with a resource.

    Args:
        batch: the assembly with all policies.
        principal: a role, a service-linked role, or a service.
        action: such as ``kms:Decrypt``.
        thing: the resource; `EVERYTHING` for actions that support none.
        context: condition keys in lower case whose values are known, or ``None`` for keys that the request certainly
            does not have. All other keys are unknown.
    """
    request = Request(principal, action, thing, {**_usual(principal), **(context or {})})
    theirs = list(policies_of(thing, action, batch))
    direct = _allowed(theirs, request, lambda each: named_in(each, principal)[0], str(thing))
    denials = [
        _not_denied(policy, request, lambda each: any_of(named_in(each, principal))) for policy in theirs
    ]
    if isinstance(principal, Service | Anonymous):
        return every([*denials, direct])
    own = list(identity_policies(principal, batch))
    identity = _allowed(own, request, _always, principal.label)
    account = _allowed(theirs, request, lambda each: named_in(each, principal)[1], str(thing))
    answers = [*denials, _core(request, identity, direct, account)]
    if limit := boundary(principal):
        own.append(limit)
        answers.append(_within(limit, request, direct))
    return every([*(_not_denied(policy, request, _always) for policy in own), *answers])


def filled(value: str | None, principal: Principal) -> Text | None:
    """Return the value of a condition key of a need, such as ``secretsmanager.{region}.amazonaws.com``."""
    return None if value is None else pattern_in(principal.stack, value)


def own_policies_allow(batch: BatchModel, role: RoleOf, action: str, thing: Thing) -> Answer:
    """Return whether the policies of a role allow an action, whatever the policy of the resource says."""
    request = Request(role, action, thing, _usual(role))
    return _allowed(list(identity_policies(role, batch)), request, _always, role.label)


def _core(request: Request, identity: Answer, direct: Answer, account: Answer) -> Answer:
    """Return what the policies of both sides allow together, before denials and boundaries."""
    service = request.action.partition(":")[0]
    if service == "sts":
        return direct
    if service == "kms":
        # The policy of a key decides. A statement for the account leaves it to the policies of its roles.
        return some([direct, every([account, identity])])
    either = some([direct, identity])
    same = _same_account(request)
    if same is YES:
        return either
    both = every([some([direct, account]), identity])
    return (
        both if same is NO or both.verdict is either.verdict else Answer(UNKNOWN, both.steps or either.steps)
    )


def _same_account(request: Request) -> Verdict:
    """Return whether the principal and the resource belong to one account."""
    principal, thing = request.principal, request.thing
    own = pseudo(principal.stack, "AWS::AccountId")
    if thing.resource is not None:
        return matches(own, pseudo(thing.resource.stack, "AWS::AccountId"), wildcards=False)
    accounts = [split(arn, ":", _RESOURCE)[_ACCOUNT:] for arn in thing.arns]
    if thing is EVERYTHING or all(each and each[0] == own for each in accounts):
        return YES
    return UNKNOWN if not all(each and each[0] for each in accounts) else matches(accounts[0][0], own)


def _within(limit: Policy, request: Request, direct: Answer) -> Answer:
    """Return whether a permissions boundary allows a request."""
    allowed = _allowed([limit], request, _always, limit.label)
    # A boundary does not always limit what the policy of a resource allows: it depends on how that names the role.
    if allowed.verdict is NO and direct.verdict is not NO:
        return Answer(UNKNOWN, (Step(limit.label, "the boundary may not count for this resource", UNKNOWN),))
    return allowed


def _always(_: Statement) -> Verdict:
    return YES


def _allowed(policies: Sequence[Policy], request: Request, names: _Match, owner: str) -> Answer:
    """Return whether one of the policies allows a request."""
    if not policies:
        return Answer(NO, (Step(owner, f"no policy allows {request.action}", NO),))
    return some(_decided(policy, request, names, "Allow", "allows") for policy in policies)


def _not_denied(policy: Policy, request: Request, names: _Match) -> Answer:
    """Return *no* if a policy denies a request."""
    denied = _decided(policy, request, names, "Deny", "denies")
    if denied.verdict is NO:
        return Answer(YES)
    verdict = inverse(denied.verdict)
    return Answer(verdict, tuple(Step(step.place, step.says, verdict) for step in denied.steps))


def _decided(policy: Policy, request: Request, names: _Match, effect: str, verb: str) -> Answer:
    """Return whether a statement of a policy has an effect on a request, with the statement that decides."""
    document = policy.document
    what = f"{request.action} on {request.thing}"
    if document is None or isinstance(document.node, Unknown):
        return Answer(
            UNKNOWN, (Step(policy.label, f"its statements are not in the assembly: {what} is open", UNKNOWN),)
        )
    verdicts = [_counts(statement, request, names, effect) for statement in document.statements]
    result = any_of([*verdicts, *([] if document.statements.complete else [UNKNOWN])])
    if result is NO:
        return Answer(NO, (Step(policy.label, f"no statement {verb} {what}", NO),))
    number = verdicts.index(result) + 1 if result in verdicts else 0
    place = f"{policy.label}, statement {number}" if number else policy.label
    if result is YES and policy.sure:
        return Answer(YES, (Step(place, f"{verb} {what}", YES),))
    return Answer(UNKNOWN, (Step(place, f"depends on values of the deployment: {what} is open", UNKNOWN),))


def _counts(statement: Statement, request: Request, names: _Match, effect: str) -> Verdict:
    """Return whether a statement has an effect on a request."""
    kind = is_effect(statement, effect)
    if kind is NO:
        return NO
    about = applies(statement, request)
    return NO if about is NO else all_of((kind, about, names(statement)))


def _usual(principal: Principal) -> dict[str, Text | None]:
    """Return the keys that every request of a principal has, or has not."""
    account = pseudo(principal.stack, "AWS::AccountId")
    keys: dict[str, Text | None] = {
        "aws:requestedregion": pseudo(principal.stack, "AWS::Region"),
        "aws:securetransport": ("true",),
    }
    if isinstance(principal, Anonymous):
        return keys
    if isinstance(principal, Service):
        return {**keys, "aws:principalisawsservice": ("true",), "aws:sourceaccount": account}
    return {
        **keys,
        "aws:principalaccount": account,
        "aws:principalarn": principal.arn,
        "aws:principalisawsservice": ("false",),
        "aws:sourceaccount": None,
        "aws:sourcearn": None,
        "kms:calleraccount": account,
    }
