"""Whether a statement of a policy is about a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.assembly.may.conditions import holds
from batch_constructs.assembly.may.naming import texts
from batch_constructs.assembly.may.texts import arn_matches, matches
from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, all_of, any_of, inverse
from batch_constructs.assembly.template.unknown import is_known

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.may.conditions import Context
    from batch_constructs.assembly.may.principals import Principal
    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.may.things import Thing
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template.items import Items
    from batch_constructs.assembly.template.resources.roles import Statement
    from batch_constructs.assembly.template.unknown import Unknown


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a principal.

    Attributes:
        principal: who calls.
        action: such as ``kms:Decrypt``.
        thing: the resource that it is about.
        context: the keys that are known to be in the request, or not to be in it.
    """

    principal: Principal
    action: str
    thing: Thing
    context: Context


def is_effect(statement: Statement, effect: str) -> Verdict:
    """Return whether a statement allows, or denies."""
    if not is_known(statement.effect):
        return UNKNOWN
    return YES if statement.effect == effect else NO


def applies(statement: Statement, request: Request) -> Verdict:
    """Return whether a statement's action, resource and condition are those of a request, whoever the principal is."""
    action = _named(
        statement, "Action", statement.actions, statement.not_actions, lambda each: _action_is(each, request)
    )
    if action is NO:
        return NO
    return all_of(
        (
            action,
            _resource(statement, request),
            holds(statement.condition, request.context, statement.home.stack),
        )
    )


def _resource(statement: Statement, request: Request) -> Verdict:
    if statement.raw("Resource") is None and statement.raw("NotResource") is None:
        # Trust policies and policies of file systems are about their own resource.
        return YES if statement.present else UNKNOWN
    return any_of(_resource_is(statement, arn) for arn in request.thing.arns)


def _resource_is(statement: Statement, arn: Text) -> Verdict:
    listed, excluded = statement.resources, statement.not_resources
    return _named(statement, "Resource", listed, excluded, lambda each: arn_matches(each, arn))


def _action_is(pattern: Text, request: Request) -> Verdict:
    lower = tuple(part.lower() if isinstance(part, str) else part for part in pattern)
    return matches(lower, (request.action.lower(),))


def _named(
    statement: Statement,
    element: str,
    listed: Items[str | Unknown],
    excluded: Items[str | Unknown],
    is_it: Callable[[Text], Verdict],
) -> Verdict:
    """Return whether an element names something, or its ``Not…`` twin leaves it out."""
    if statement.raw(element) is not None:
        return one_is(statement, listed, is_it)
    if statement.raw(f"Not{element}") is not None:
        return inverse(one_is(statement, excluded, is_it))
    return UNKNOWN


def one_is(statement: Statement, listed: Items[str | Unknown], is_it: Callable[[Text], Verdict]) -> Verdict:
    """Return whether one value of a list is the one that is looked for."""
    verdicts = [_agreed({is_it(text) for text in texts(value, statement.home.stack)}) for value in listed]
    return any_of([*verdicts, *([] if listed.complete else [UNKNOWN])])


def _agreed(verdicts: set[Verdict]) -> Verdict:
    return verdicts.pop() if len(verdicts) == 1 else UNKNOWN
