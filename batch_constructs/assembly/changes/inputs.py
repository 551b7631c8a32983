"""The inputs of expressions: conditions, mappings and defaults, whose changes the expression does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.template import ParameterValue, is_known
from batch_constructs.assembly.template.outcomes import named_conditions, nodes, outcomes, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Stack

# As much of a default as a line has room for; the paths of AWS's images are longer.
_MAX_WORD = 90
_DIFFER = {(True, False), (False, True)}


class Inputs:
    """The inputs of a stack's expressions, compared with those of its counterpart."""

    def __init__(self, old: Stack, new: Stack) -> None:
        self._old = old
        self._new = new
        self._outcomes: dict[tuple[str | None, str | None], frozenset[tuple[bool, bool]]] = {}
        self._causes: dict[str, tuple[str, ...]] = {}

    def outcomes(self, before: str | None, after: str | None) -> frozenset[tuple[bool, bool]]:
        """Return the pairs of answers that an old and a new condition can have; ``None`` always holds."""
        key = before, after
        if key not in self._outcomes:
            if before == after and (before is None or not self._reasons(before)):
                decided = True if before is None else self._new.conditions.get(before)
                answers = (True, False) if decided is None else (decided,)
                self._outcomes[key] = frozenset((answer, answer) for answer in answers)
            else:
                self._outcomes[key] = outcomes(self._old, before, self._new, after)
        return self._outcomes[key]

    def causes(self, node: Any) -> tuple[str, ...]:
        """Return the inputs of an expression that change, in words."""
        found = list(self._direct(node))
        for name in named_conditions(node):
            if self.condition_changes(name):
                found += self._reasons(name)
        return tuple(dict.fromkeys(found))

    def behind(self, before: str | None, after: str | None) -> str:
        """Return the reason why a condition has, or may have, another answer."""
        if before != after:
            return f"condition {after or before}"
        return " and ".join(self._reasons(before)) if before is not None else ""

    def differ(self, node: Any) -> bool:
        """Return whether equal expressions may have different values because of a condition or a mapping."""
        return any(map(self.condition_changes, named_conditions(node))) or any(self._mappings(node))

    def condition_changes(self, name: str) -> bool:
        """Return whether a condition may have another answer."""
        return bool(self._reasons(name)) and bool(_DIFFER & self.outcomes(name, name))

    def _reasons(self, name: str) -> tuple[str, ...]:
        """Return the changes of a condition's definition and inputs, in words."""
        if name not in self._causes:
            self._causes[name] = ()
            before, after = (stack.condition_section.get(name) for stack in (self._old, self._new))
            found = [] if before == after else [f"condition {name}"]
            found += self._direct(after)
            for each in named_conditions(after):
                found += self._reasons(each)
            self._causes[name] = tuple(dict.fromkeys(found))
        return self._causes[name]

    def _direct(self, node: Any) -> Iterator[str]:
        for name in sorted(referred(node)):
            yield from self._parameter(name)
        yield from self._mappings(node)

    def _parameter(self, name: str) -> Iterator[str]:
        if name not in self._new.parameters:
            return
        old, new = self._old.parameter(name), self._new.parameter(name)
        if isinstance(old, ParameterValue) and isinstance(new, ParameterValue):
            values = (old.path or old.default, new.path or new.default)
            if values[0] != values[1] and name in self._old.parameters:
                yield f"parameter {new.name} (default {' -> '.join(map(_word, values))})"
        elif is_known(old) and is_known(new) and old != new:
            yield f"parameter {name} ({_word(old)} -> {_word(new)})"

    def _mappings(self, node: Any) -> Iterator[str]:
        for each in nodes(node):
            arguments = each.get("Fn::FindInMap")
            if isinstance(arguments, list) and len(arguments) >= 3:
                name = self._new.resolve(arguments[0])
                if not isinstance(name, str):
                    if self._old.mappings != self._new.mappings:
                        yield "a mapping"
                    continue
                tables = [stack.mappings.get(name) for stack in (self._old, self._new)]
                keys = [self._new.resolve(key) for key in arguments[1:3]]
                if _cells(tables, keys):
                    yield f"mapping {name}"


def _cells(tables: list[Any], keys: list[Any]) -> bool:
    """Return whether two tables have different values under keys, of which unknown ones may be any common key."""
    if not keys or not all(isinstance(table, dict) for table in tables):
        return bool(tables[0] != tables[1])
    key, *below = keys
    if isinstance(key, str):
        return _cells([table.get(key) for table in tables], below)
    return any(_cells([table[each] for table in tables], below) for each in tables[0] if each in tables[1])


def _word(value: Any) -> str:
    """Return a value in a few words."""
    text = "none" if value is None else str(value)
    return text if len(text) <= _MAX_WORD else f"{text[:_MAX_WORD]}…"
