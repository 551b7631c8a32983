"""Reads a plan from YAML; each sentence about a mistake names its line."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from batch_constructs.facts.limits import ARRAY_SIZE
from batch_constructs.local.engine import DependencyKind
from batch_constructs.rehearsal import amounts, plans
from batch_constructs.rehearsal.assumptions import HostAssumptions
from batch_constructs.rehearsal.durations import distribution
from batch_constructs.rehearsal.traces import load_trace

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

_MARKETS = ("SPOT", "ON_DEMAND")


class PlanError(ValueError):
    """A plan that makes no sense; the message begins with the file and the line."""


class _Node(NamedTuple):
    """A value of a plan, with the line that it begins on and a name for messages."""

    value: Any
    line: int
    name: str


def load_plan(path: str | os.PathLike[str]) -> plans.RehearsalPlan:
    """Return the plan in a YAML file.

    Raises:
        PlanError: It makes no sense; the message names file and line.
        OSError: It cannot be read.
    """
    return parse_plan(Path(path).read_text("utf-8"), source=str(path), folder=Path(path).parent)


def parse_plan(text: str, *, source: str = "plan", folder: Path = Path()) -> plans.RehearsalPlan:
    """Return the plan that a YAML text describes.

    Args:
        text: The text.
        source: The file's name for messages.
        folder: Where files that the plan names are looked for.

    Raises:
        PlanError: It makes no sense; the message names source and line.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PlanError(f"{source}:{line}: {error.problem}") from None
    if root is None:
        raise PlanError(f"{source}:1: the plan is empty")
    return _Reader(source, folder).plan(_Node(_converted(root), 1, "the plan"))


def _converted(node: yaml.Node) -> Any:
    """Return maps as dicts of nodes, lists as lists of nodes, and scalars as YAML reads them."""
    if isinstance(node, yaml.MappingNode):
        return {
            str(key.value): _Node(_converted(value), key.start_mark.line + 1, str(key.value))
            for key, value in node.value
        }
    if isinstance(node, yaml.SequenceNode):
        return [_Node(_converted(each), each.start_mark.line + 1, "") for each in node.value]
    # 22:00 is a number to base 60 in YAML 1.1, and a time of day to everybody else.
    if node.tag == "tag:yaml.org,2002:int" and ":" in node.value:
        return str(node.value)
    return yaml.SafeLoader("").construct_object(node)


class _Reader:
    """Reads one plan, in which all times count from its start."""

    def __init__(self, source: str, folder: Path) -> None:
        self._source = source
        self._folder = folder
        self._start = plans.START

    @contextmanager
    def _at(self, node: _Node) -> Iterator[None]:
        """Add the line of a node to the mistakes in it."""
        try:
            yield
        except PlanError:
            raise
        except (ValueError, TypeError, OSError) as error:
            name = f"{node.name}: " if node.name else ""
            raise PlanError(f"{self._source}:{node.line}: {name}{error}") from None

    def _members(self, node: _Node, allowed: tuple[str, ...]) -> dict[str, _Node]:
        with self._at(node):
            if not isinstance(node.value, dict):
                raise TypeError(f"must have members, which may be {', '.join(allowed)}; got {_shown(node)}")
        for name, member in node.value.items():
            with self._at(member._replace(name="")):
                _known(name, allowed)
        return dict(node.value)

    def _items(self, node: _Node) -> list[_Node]:
        with self._at(node):
            if not isinstance(node.value, list):
                raise TypeError(f"must be a list, got {_shown(node)}")
        return list(node.value)

    def _read(self, node: _Node | None, read: Callable[[Any], Any], default: Any) -> Any:
        if node is None:
            return default
        with self._at(node):
            return read(node.value)

    def plan(self, node: _Node) -> plans.RehearsalPlan:
        ours = {"source", "fitted", "calibrated"}
        names = tuple(each.name for each in fields(plans.RehearsalPlan) if each.name not in ours)
        found = self._members(node, names)
        self._start = self._read(found.get("start"), _datetime, plans.START)
        default = plans.RehearsalPlan()
        return plans.RehearsalPlan(
            submissions=tuple(map(self._submission, self._list(found, "submissions"))),
            trace=self._trace(found.get("trace")),
            durations=self._by_name(found, "durations", lambda value: distribution(value, self._folder)),
            failures={name: self._failure(each) for name, each in self._map(found, "failures").items()},
            scenarios=tuple(map(self._scenario, self._list(found, "scenarios"))),
            assumptions=self._assumptions(found),
            start=self._start,
            until=self._read(found.get("until"), self._moment, default.until),
            schedules_for=self._read(found.get("schedules_for"), amounts.seconds, default.schedules_for),
            spot_price=self._read(found.get("spot_price"), amounts.share, None),
            seed=self._read(found.get("seed"), _whole, default.seed),
            source=self._source,
        )

    def _list(self, found: Mapping[str, _Node], name: str) -> list[_Node]:
        return self._items(found[name]) if name in found else []

    def _map(self, found: Mapping[str, _Node], name: str) -> dict[str, _Node]:
        if name not in found:
            return {}
        with self._at(found[name]):
            if not isinstance(found[name].value, dict):
                raise TypeError(f"must name jobs, such as 'Align: 5m'; got {_shown(found[name])}")
        return dict(found[name].value)

    def _by_name(self, found: Mapping[str, _Node], name: str, read: Callable[[Any], Any]) -> dict[str, Any]:
        return {key: self._read(each, read, None) for key, each in self._map(found, name).items()}

    def _moment(self, value: Any) -> float:
        return amounts.moment(value, self._start)

    def _submission(self, node: _Node) -> plans.Submission:
        names = tuple(each.name for each in fields(plans.Submission) if each.name != "line")
        found = self._members(node._replace(name="a submission"), names)
        with self._at(node):
            if "definition" not in found:
                raise ValueError("a submission must name its definition")
        return plans.Submission(
            **{
                name: self._read(found.get(name), _text, "")
                for name in ("definition", "queue", "name", "share")
            },
            array=self._read(found.get("array"), _array_size, 0),
            count=self._read(found.get("count"), _positive, 1),
            every=self._read(found.get("every"), lambda value: distribution(value, self._folder), None),
            at=self._read(found.get("at"), self._moment, 0.0),
            priority=self._read(found.get("priority"), _whole, None),
            depends_on=tuple(map(self._after, self._list(found, "depends_on"))),
            line=node.line,
        )

    def _trace(self, node: _Node | None) -> plans.Trace | None:
        if node is None:
            return None
        found = self._members(node, ("file", "definition", "queue", "share", "at"))
        with self._at(node):
            if "file" not in found:
                raise ValueError("must name its file")
        return plans.Trace(
            jobs=self._read(found["file"], lambda value: load_trace(self._folder / _text(value)), ()),
            **{name: self._read(found.get(name), _text, "") for name in ("definition", "queue", "share")},
            at=self._read(found.get("at"), self._moment, 0.0),
            line=node.line,
        )

    def _after(self, node: _Node) -> plans.After:
        if isinstance(node.value, str):
            return plans.After(name=node.value)
        found = self._members(node._replace(name="a dependency"), ("name", "type"))
        return plans.After(
            name=self._read(found.get("name"), _text, ""),
            kind=self._read(found.get("type"), DependencyKind, DependencyKind.ALL),
        )

    def _failure(self, node: _Node) -> plans.Failure:
        if not isinstance(node.value, dict):
            return plans.Failure(share=self._read(node, amounts.share, 0.0))
        found = self._members(node, ("share", "exit_code", "reason"))
        return plans.Failure(
            share=self._read(found.get("share"), amounts.share, 0.0),
            exit_code=self._read(found.get("exit_code"), _positive, 1),
            reason=self._read(found.get("reason"), _text, ""),
        )

    def _scenario(self, node: _Node) -> plans.Scenario:
        kinds: dict[str, Callable[[_Node], plans.Scenario]] = {
            "spot_reclaims": self._reclaims,
            "no_capacity": self._no_capacity,
            "invalid": self._invalid,
            "quota": self._quota,
        }
        found = self._members(node._replace(name="a scenario"), tuple(kinds))
        with self._at(node):
            if len(found) != 1:
                raise ValueError(f"a scenario must be one of {', '.join(kinds)}")
        (kind, inside), *_ = found.items()
        return kinds[kind](inside)

    def _reclaims(self, node: _Node) -> plans.SpotReclaims:
        if not isinstance(node.value, dict):
            return plans.SpotReclaims(per_hour=self._read(node, amounts.per_hour, 0.0))
        found = self._members(node, ("rate", "types"))
        return plans.SpotReclaims(
            per_hour=self._read(found.get("rate"), amounts.per_hour, 0.0), types=self._texts(found, "types")
        )

    def _no_capacity(self, node: _Node) -> plans.NoCapacity:
        found = self._members(node, ("types", "market", "from", "until"))
        begin, end = self._window(found)
        market = self._read(found.get("market"), _market, "")
        return plans.NoCapacity(types=self._texts(found, "types"), market=market, begin=begin, end=end)

    def _invalid(self, node: _Node) -> plans.Invalid:
        found = self._members(node, ("environment", "from", "until"))
        begin, end = self._window(found)
        with self._at(node):
            if "environment" not in found:
                raise ValueError("must name its environment")
        return plans.Invalid(environment=self._read(found["environment"], _text, ""), begin=begin, end=end)

    def _quota(self, node: _Node) -> plans.Quota:
        found = self._members(node, ("vcpus", "market"))
        return plans.Quota(
            vcpus=self._read(found.get("vcpus"), _positive, 0),
            market=self._read(found.get("market"), _market, "ON_DEMAND"),
        )

    def _window(self, found: Mapping[str, _Node]) -> tuple[float, float]:
        begin = self._read(found.get("from"), self._moment, 0.0)
        end = self._read(found.get("until"), self._moment, plans.FOREVER)
        if end <= begin:
            with self._at(found["until"]):
                raise ValueError("must be after 'from'")
        return begin, end

    def _texts(self, found: Mapping[str, _Node], name: str) -> tuple[str, ...]:
        if name in found and isinstance(found[name].value, str):
            return (found[name].value,)
        return tuple(self._read(each, _text, "") for each in self._list(found, name))

    def _assumptions(self, found: Mapping[str, _Node]) -> dict[str, Any]:
        if "assumptions" not in found:
            return {}
        members = self._members(found["assumptions"], HostAssumptions.names())
        of_hosts = {each.name for each in fields(HostAssumptions)}
        return {
            name: self._read(each, amounts.seconds if name in of_hosts else _of_scheduler(name), 0.0)
            for name, each in members.items()
        }


def _of_scheduler(name: str) -> Callable[[Any], Any]:
    """Return what reads a value of one of the scheduler's assumptions."""

    def read(value: Any) -> Any:
        HostAssumptions().with_values({name: value})
        return value

    return read


def _known(name: str, allowed: tuple[str, ...]) -> None:
    if name not in allowed:
        near = get_close_matches(name, allowed, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else f"; it may have {', '.join(allowed)}"
        raise ValueError(f"there is no {name!r} here{hint}")


def _shown(node: _Node) -> str:
    if isinstance(node.value, dict):
        return "members"
    return "a list" if isinstance(node.value, list) else repr(node.value)


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise TypeError("must be a name")
    return str(value)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"must be a whole number, got {value!r}")
    return value


def _positive(value: Any) -> int:
    if _whole(value) < 1:
        raise ValueError(f"must be at least 1, got {value}")
    return int(value)


def _array_size(value: Any) -> int:
    if problem := ARRAY_SIZE.problem("an array", _whole(value)):
        raise ValueError(problem)
    return int(value)


def _market(value: Any) -> str:
    if value not in _MARKETS:
        raise ValueError(f"must be {' or '.join(_MARKETS)}, got {value!r}")
    return str(value)


def _datetime(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"must be a date and time, such as 2027-01-04T22:00:00, got {value!r}")
    return value.replace(tzinfo=value.tzinfo or UTC)
