"""Our programs compared with their hand-written twins: first equal templates, then time and memory."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.equal import PLATFORM_NAME, STACK_NAME, check_equal
from bench.processes import (
    NO_RULES,
    OURS,
    PLATFORM,
    PLATFORM_BY_HAND,
    QUIET,
    THEIRS,
    Samples,
    cost,
    rounds,
)

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the result."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two programs that create the same stack: ours, and one by hand."""

    what: str
    ours: Path
    theirs: Path
    stack: str
    target: str


TWINS = (
    Twins(what="quick start", ours=OURS, theirs=THEIRS, stack=STACK_NAME, target="<= 0.9"),
    Twins(what="platform", ours=PLATFORM, theirs=PLATFORM_BY_HAND, stack=PLATFORM_NAME, target="<= 1"),
)


def templates(twins: Twins, folder: Path) -> list[dict[str, Any]]:
    """Return the templates of our program and theirs."""
    found = []
    for program in (twins.ours, twins.theirs):
        cost(program, folder, QUIET)
        found.append(json.loads((folder / f"{twins.stack}.template.json").read_text()))
    return found


def prove_equal(folder: Path) -> None:
    """Compare the templates of all twins; the runs also fill the disk's cache."""
    for twins in TWINS:
        check_equal(*templates(twins, folder / twins.stack))


def against_hand_written(twins: Twins, pairs: int, folder: Path) -> list[Line]:
    costs = rounds(
        {
            "ours": (twins.ours, QUIET),
            "theirs": (twins.theirs, QUIET),
            "no rules": (twins.ours, NO_RULES),
        },
        pairs,
        folder,
    )
    lines = []
    for what, measure in (
        ("wall, s", lambda each: each.wall),
        ("user+sys CPU, s", lambda each: each.cpu),
        ("peak memory of the larger process, MiB", lambda each: each.memory),
    ):
        ours, theirs, bare = (
            Samples(tuple(map(measure, costs[side]))) for side in ("ours", "theirs", "no rules")
        )
        target = twins.target if what.startswith("wall") else ""
        digits = 0 if "MiB" in what else 2
        lines += [
            Line(
                what=f"{twins.what}, {what}",
                ours=ours.text(digits),
                theirs=theirs.text(digits),
                ratio=ours.per(theirs).text(),
                target=target,
            ),
            Line(
                what=f"{twins.what} without our rules, {what}",
                ours=bare.text(digits),
                theirs=theirs.text(digits),
                ratio=bare.per(theirs).text(),
                target=target,
            ),
        ]
    return lines


def with_cdk_validation(folder: Path) -> Line:
    mine, other = (cost(program, folder, {"CDK_VALIDATION": "true"}).wall for program in (OURS, THEIRS))
    return Line(
        what="quick start with the CDK's own validation, wall, s, once",
        ours=f"{mine:.2f}",
        theirs=f"{other:.2f}",
        ratio=f"{mine / other:.2f}",
    )
