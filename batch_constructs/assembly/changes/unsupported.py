"""Members that CloudFormation does not have, and members of a wrong shape: with these it refuses each create and update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.changes.change import DeployProblem, Kind, risk, without_indexes
from batch_constructs.assembly.checks._rules import Severity
from batch_constructs.assembly.checks._schemas import Kind as Way
from batch_constructs.assembly.checks._schemas import departures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from batch_constructs.assembly.checks._schemas import Departure
    from batch_constructs.assembly.template import Resource


def least_effect(new: Resource, path: str) -> Kind | None:
    """Return the certain effect of a member that CloudFormation refuses or may refuse; ``None`` for any other one.

    Args:
        new: the resource in the new template.
        path: the path of the member without indexes.
    """
    for each in _refused(new):
        if without_indexes(each.at) == path:
            return Kind.REFUSED if each.severity is Severity.ERROR else Kind.IN_PLACE
    return None


def unsupported_members(new: Resource, paths: Collection[str] | None = None) -> Iterator[DeployProblem]:
    """Yield a problem for each member that CloudFormation does not have, or that has a wrong shape.

    Args:
        new: the resource in the new template.
        paths: the changed members, without indexes; by default the resource is new, and each member counts.
    """
    for each in _refused(new):
        at = without_indexes(each.at)
        if paths is None or any(_overlap(at, path) for path in paths):
            yield DeployProblem(
                risk=risk(each.severity is Severity.ERROR),
                message=f"CloudFormation refuses {each.at}: {each.message}",
                remedy=f"correct or remove {each.at}",
            )


def _refused(new: Resource) -> Iterator[Departure]:
    return (each for each in departures(new) if each.kind is not Way.MISSING and each.at)


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
