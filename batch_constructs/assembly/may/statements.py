"""Whether a statement of a policy is about a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.assembly.may.conditions import holds
from batch_constructs.assembly.may.naming import texts
from batch_constructs.assembly.may.texts import arn_matches, matches
from batch_constructs.assembly.may.verdicts import NO, UNKNOWN, YES, all_of, any_of, inverse
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.unknown import is_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from batch_constructs.assembly.may.conditions import Context
    from batch_constructs.assembly.may.principals import Principal
    from batch_constructs.assembly.may.texts import Text
    from batch_constructs.assembly.may.things import Thing
    from batch_constructs.assembly.proofs import Verdict
    from batch_constructs.assembly.template.items import Items
    from batch_constructs.assembly.template.resources.roles import Statement
    from batch_constructs.assembly.template.unknown import Unknown

    _Values: TypeAlias = tuple[Sequence[Sequence[Text]], bool]
    """What each value of a list may be, and whether the list is complete."""


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
    action = (request.action.lower(),)
    named = _named(statement, "Action", _actions(statement), lambda each: matches(each, action))
    if named is NO:
        return NO
    resource = _resource(statement, request)
    if resource is NO:
        return NO
    return all_of((named, resource, holds(statement.condition, request.context, statement.home.stack)))


def _resource(statement: Statement, request: Request) -> Verdict:
    if statement.raw("Resource") is None and statement.raw("NotResource") is None:
        # Trust policies and policies of file systems are about their own resource.
        return YES if statement.present else UNKNOWN
    return any_of(_names_arn(statement, arn) for arn in request.thing.arns)


def _names_arn(statement: Statement, arn: Text) -> Verdict:
    return _named(statement, "Resource", _resources(statement), lambda each: arn_matches(each, arn))


@once
def _actions(statement: Statement) -> _Values:
    """Return the strings that each value of ``Action`` or ``NotAction`` may be, in lower case."""
    listed = statement.actions if statement.raw("Action") is not None else statement.not_actions
    values = [
        [tuple(part.lower() if isinstance(part, str) else part for part in text) for text in found]
        for found in _texts(statement, listed)
    ]
    return values, listed.complete


@once
def _resources(statement: Statement) -> _Values:
    """Return the strings that each value of ``Resource`` or ``NotResource`` may be."""
    listed = statement.resources if statement.raw("Resource") is not None else statement.not_resources
    return list(_texts(statement, listed)), listed.complete


def _texts(statement: Statement, listed: Items[str | Unknown]) -> Iterator[Sequence[Text]]:
    return (texts(value, statement.home.stack) for value in listed)


def _named(statement: Statement, element: str, values: _Values, is_it: Callable[[Text], Verdict]) -> Verdict:
    """Return whether an element names something, or its ``Not…`` twin leaves it out."""
    listed, complete = values
    if statement.raw(element) is not None:
        return _one(listed, is_it, complete=complete)
    if statement.raw(f"Not{element}") is not None:
        return inverse(_one(listed, is_it, complete=complete))
    return UNKNOWN


def one_is(statement: Statement, listed: Items[str | Unknown], is_it: Callable[[Text], Verdict]) -> Verdict:
    """Return whether one value of a list is the one that is looked for."""
    return _one(list(_texts(statement, listed)), is_it, complete=listed.complete)


def _one(values: Sequence[Sequence[Text]], is_it: Callable[[Text], Verdict], *, complete: bool) -> Verdict:
    verdicts = [_agreed({is_it(text) for text in found}) for found in values]
    return any_of([*verdicts, *([] if complete else [UNKNOWN])])


def _agreed(verdicts: set[Verdict]) -> Verdict:
    return verdicts.pop() if len(verdicts) == 1 else UNKNOWN
