"""`make bench`: quick start and platform against their hand-written twins, and what else should be fast. Nothing here can fail a test.

Options: `--pairs N` (at least 7 for a figure to quote), `--json FILE`.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import batch_constructs
from bench.equal import PLATFORM_NAME, STACK_NAME, TOLERATED, check_equal
from bench.processes import (
    BENCH,
    NO_RULES,
    OURS,
    PLATFORM,
    PLATFORM_BY_HAND,
    QUIET,
    THEIRS,
    Cost,
    Samples,
    answer,
    answers,
    cost,
    cost_of,
    rounds,
)

REPEATS = 11

IMPORT_TIME = """
import sys, time
started = []
sys.addaudithook(lambda event, _: started.append(event) if event in
    {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.exec", "os.system"} else None)
start = time.perf_counter()
import batch_constructs
milliseconds = 1000 * (time.perf_counter() - start)
assert not started, started
assert not {"jsii", "constructs", "aws_cdk"} & set(sys.modules)
print(milliseconds)
"""

FACTS = """
import sys, time
start = time.perf_counter()
from batch_constructs.facts import instance_types
imported = time.perf_counter()
assert instance_types.members("c7i")
found = time.perf_counter()
print(1000 * ((imported - start) if sys.argv[1] == "import" else (found - imported)))
"""

MODULES = """
import json, sys
import batch_constructs
getattr(batch_constructs, sys.argv[1])
names = {name.removeprefix("aws_cdk.").removesuffix("._private") for name in sys.modules if name.startswith("aws_cdk.")}
print(json.dumps(sorted(name for name in names if name.startswith(("aws_", "interfaces.")))))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the result."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two programs that make the same stack: ours, and one by hand."""

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
    """Ours and theirs."""
    found = []
    for program in (twins.ours, twins.theirs):
        cost(program, folder, QUIET)
        found.append(json.loads((folder / f"{twins.stack}.template.json").read_text()))
    return found


def prove_equal(folder: Path) -> None:
    """Compare the templates of all twins; the runs also warm the disk's cache."""
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


def round_trips(folder: Path) -> list[Line]:
    environment = QUIET | {"CDK_OUTDIR": str(folder)}
    lines = []
    for twins in TWINS:
        mine, bare, other = (
            sum(answer(BENCH / "trips.py", program, environment=chosen | environment).values())
            for program, chosen in ((twins.ours, QUIET), (twins.ours, NO_RULES), (twins.theirs, QUIET))
        )
        lines += [
            Line(
                what=f"{twins.what}, round trips",
                ours=str(mine),
                theirs=str(other),
                ratio=f"{mine / other:.2f}",
            ),
            Line(
                what=f"{twins.what} without our rules, round trips",
                ours=str(bare),
                theirs=str(other),
                ratio=f"{bare / other:.2f}",
            ),
        ]
    for name, sides in answer(BENCH / "pieces.py").items():
        trips = {side: round(each["trips"]) for side, each in sides.items()}
        spent = {side: f"{each['ms']:.1f} ms" for side, each in sides.items()}
        lines.append(
            Line(
                what=f"one more {name.replace('_', ' ')}",
                ours=f"{trips['ours']} trips, {spent['ours']}",
                theirs=f"{trips['equal']} trips, {spent['equal']} (as it comes: {trips['theirs']}, {spent['theirs']})",
                ratio=f"{trips['ours'] / trips['equal']:.2f}",
                target="trips <= 1",
            )
        )
    return lines


def many_definitions(times: int) -> list[Line]:
    """1,000 by this library, by hand, and 10 by this library, in turn."""
    kinds = (("ours", "1000"), ("theirs", "1000"), ("ours", "10"))
    turns = [[1000 * float(answer(BENCH / "scale.py", *kind)) for kind in kinds] for _ in range(times)]
    many, theirs, few = (Samples(tuple(values)) for values in zip(*turns, strict=True))
    return [
        Line(
            what="synth of 1,000 job definitions, ms for each",
            ours=many.text(1),
            theirs=theirs.text(1),
            ratio=many.per(theirs).text(),
            target="<= 1",
        ),
        Line(
            what="the same, against 10 of ours",
            ours=many.text(1),
            theirs=f"{few.text(1)} with 10",
            ratio=many.per(few).text(),
            target="<= 1.2",
        ),
    ]


def adapters(times: int) -> list[Line]:
    """One environment for each type with an adapter: by this library, the same by hand, the L2 without adapters."""
    sides = ("ours", "equal", "plain")
    turns = [[float(answer(BENCH / "adapters.py", side)) for side in sides] for _ in range(times)]
    ours, equal, plain = (Samples(tuple(values)) for values in zip(*turns, strict=True))
    return [
        Line(
            what=what, ours=ours.text(1), theirs=by_hand.text(1), ratio=ours.per(by_hand).text(), target=most
        )
        for what, by_hand, most in (
            ("an environment for each EFA type, all in one app, s", equal, "<= 1.5"),
            ("the same, against L2 environments without an adapter", plain, ""),
        )
    ]


def imports() -> list[Line]:
    return [
        Line(
            what="batch-constructs --help, ms",
            ours=Samples(
                tuple(1000 * cost_of(["batch-constructs", "--help"], {}).wall for _ in range(REPEATS))
            ).text(0),
            target="< 150",
        ),
        Line(
            what="import batch_constructs, ms (starts no process)",
            ours=answers(REPEATS, "-c", IMPORT_TIME).text(1),
            target="< 50",
        ),
        Line(what="facts: import, ms", ours=answers(REPEATS, "-c", FACTS, "import").text(1)),
        Line(
            what="facts: first lookup, ms",
            ours=answers(REPEATS, "-c", FACTS, "lookup").text(1),
            target="< 30",
        ),
    ]


def checks(folder: Path) -> list[Line]:
    """The rules over a template of 500 resources, and how they grow; cfn-lint over the same file, in turn."""
    folder.mkdir()
    template = folder / "large.json"
    subprocess.run([sys.executable, BENCH / "checks.py", "write", template], check=True)
    sides: dict[str, list[Cost]] = {"batch-constructs check": [], "cfn-lint": []}
    validations: list[float] = []
    for _ in range(3):
        for side, costs in sides.items():
            costs.append(cost_of([*side.split(), template], {}, may_fail=True))
        validations.append(_cdk_validation(folder, template))
    ours, theirs = (Samples(tuple(each.wall for each in costs)) for costs in sides.values())
    our_memory, their_memory = (Samples(tuple(each.memory for each in costs)) for costs in sides.values())
    cdk = Samples(tuple(validations))
    lines = [
        Line(
            what="500 resources as a command, s, against cfn-lint",
            ours=ours.text(),
            theirs=theirs.text(),
            ratio=ours.per(theirs).text(3),
            target="< 0.3 s, <= 0.1",
        ),
        Line(
            what="the same, peak memory, MiB",
            ours=our_memory.text(0),
            theirs=their_memory.text(0),
            ratio=our_memory.per(their_memory).text(),
        ),
        Line(
            what="the same, against what the CDK's own validation adds to a synth, s",
            ours=ours.text(),
            theirs=cdk.text(),
            ratio=ours.per(cdk).text(3),
        ),
    ]
    for count in (1, 10, 100):
        many = folder / str(count)
        many.mkdir()
        spent = answers(3, BENCH / "checks.py", "process", str(count), str(many))
        each = Samples(tuple(value / count for value in spent.values))
        target = "< 50" if count == 1 else ""
        lines.append(
            Line(
                what=f"500 resources, one of {count} such templates, in process, ms",
                ours=each.text(0),
                target=target,
            )
        )
    return lines


def _cdk_validation(folder: Path, template: Path) -> float:
    """By how many seconds a synth of the template is longer with the CDK's own validation."""
    program, out = BENCH / "included.py", folder / "included"
    with_it, without = (
        cost(program, out, NO_RULES | {"CDK_VALIDATION": flag}, template) for flag in ("true", "false")
    )
    return with_it.wall - without.wall


def function(count: int = 10_000) -> list[Line]:
    """The function that turns events into metrics, in one run."""
    found = [answer(BENCH / "function.py", str(count)) for _ in range(3)]
    spent, grown = (Samples(tuple(values)) for values in zip(*found, strict=True))
    return [
        Line(what=f"{count:,} events through the function of JobMetrics, s", ours=spent.text()),
        Line(what="the same, growth of memory (its output included), MiB", ours=grown.text(1)),
    ]


def modules() -> dict[str, list[str]]:
    """The modules of aws_cdk that come with each public name, in a process of its own."""
    return {name: answer("-c", MODULES, name) for name in batch_constructs.__all__}


def show(lines: list[Line], brought: dict[str, list[str]]) -> None:
    # As wide as the widest line: a table in a log file needs no folding.
    console = Console(width=None if Console().is_terminal else 200)
    console.print("Equal templates, but for names and:")
    for kind, tolerate in TOLERATED.items():
        console.print(f"  {kind}: {inspect.getdoc(tolerate)}", highlight=False)
    table = Table("", "ours", "L2 by hand", "ratio", "target", title="Medians (least..most)")
    for line in lines:
        table.add_row(line.what, line.ours, line.theirs, line.ratio, line.target)
    console.print(table)
    names = Table("public name", "aws_cdk modules that it brings")
    together: dict[tuple[str, ...], list[str]] = {}
    for name, found in brought.items():
        together.setdefault(tuple(found), []).append(name)
    for shared, public in sorted(together.items(), key=lambda item: len(item[0])):
        names.add_row(", ".join(public), ", ".join(shared) or "none")
    console.print(names)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare with hand-written L2 code, and time the rest.")
    parser.add_argument(
        "--pairs", type=int, default=9, help="runs of each side; 9 when omitted, at least 7 to quote"
    )
    parser.add_argument("--json", type=Path, help="also write the result here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Times of stacks that differ would say nothing.
        prove_equal(folder / "compared")
        lines = [
            *(
                line
                for twins in TWINS
                for line in against_hand_written(twins, options.pairs, folder / f"timed {twins.stack}")
            ),
            with_cdk_validation(folder / "validated"),
            *round_trips(folder / "counted"),
            *many_definitions(3),
            *adapters(3),
            *imports(),
            *checks(folder / "checked"),
            *function(),
        ]
        brought = modules()
    show(lines, brought)
    load = os.getloadavg()
    print(
        f"{options.pairs} pairs, load {load[0]:.1f} {load[1]:.1f} {load[2]:.1f} on {os.cpu_count()} processors"
    )
    if options.json:
        result: dict[str, Any] = {
            "lines": [
                {name: getattr(line, name) for name in ("what", "ours", "theirs", "ratio", "target")}
                for line in lines
            ],
            "modules": brought,
            "load": load,
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
