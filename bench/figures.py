"""Measurements other than the twins: round trips, growth, imports, the rules, the function of metrics."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bench.processes import (
    BENCH,
    NO_RULES,
    QUIET,
    Cost,
    Samples,
    answer,
    answers,
    cost,
    cost_of,
)
from bench.twins import TWINS, Line

if TYPE_CHECKING:
    from pathlib import Path

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
    """Measure 1,000 definitions by this library and by hand, and 10 by this library, in turn."""
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
    """Measure an environment for each type with an adapter: by this library, by hand, and by the L2 without adapters."""
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
    """Measure the rules over a template of 500 resources and their growth, and cfn-lint over the same file, in turn."""
    folder.mkdir()
    template = folder / "large.json"
    subprocess.run([sys.executable, BENCH / "checks.py", "write", template], check=True)
    modules = folder / "modules.json"
    subprocess.run([sys.executable, BENCH / "peer.py", "prepare", modules], check=True)
    commands: dict[str, list[str | Path]] = {
        "ours": ["batch-constructs", "check"],
        "cfn-lint": ["cfn-lint"],
        "cdk-preflight": [sys.executable, BENCH / "peer.py", "check", modules],
    }
    sides: dict[str, list[Cost]] = {name: [] for name in commands}
    validations: list[float] = []
    for _ in range(3):
        for side, costs in sides.items():
            costs.append(cost_of([*commands[side], template], {}, may_fail=True))
        validations.append(_cdk_validation(folder, template))
    ours, theirs, peer = (Samples(tuple(each.wall for each in costs)) for costs in sides.values())
    our_memory, their_memory, peer_memory = (
        Samples(tuple(each.memory for each in costs)) for costs in sides.values()
    )
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
            what="the same, against the 183 rules of cdk-preflight in cloudformation-validate, s",
            ours=ours.text(),
            theirs=peer.text(),
            ratio=ours.per(peer).text(),
            target="<= 1",
        ),
        Line(
            what="the same, peak memory, MiB",
            ours=our_memory.text(0),
            theirs=peer_memory.text(0),
            ratio=our_memory.per(peer_memory).text(),
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
    kept = answers(3, BENCH / "peer.py", "process", str(modules), str(template))
    lines.append(
        Line(what="one of them, cdk-preflight's rules with the engine kept, ms", ours="", theirs=kept.text(0))
    )
    return lines


def _cdk_validation(folder: Path, template: Path) -> float:
    """Return the seconds that the CDK's own validation adds to a synth of the template."""
    program, out = BENCH / "included.py", folder / "included"
    with_it, without = (
        cost(program, out, NO_RULES | {"CDK_VALIDATION": flag}, template) for flag in ("true", "false")
    )
    return with_it.wall - without.wall


def function(count: int = 10_000) -> list[Line]:
    """Measure the function that turns events into metrics, in one run."""
    found = [answer(BENCH / "function.py", str(count)) for _ in range(3)]
    spent, grown = (Samples(tuple(values)) for values in zip(*found, strict=True))
    return [
        Line(what=f"{count:,} events through the function of JobMetrics, s", ours=spent.text()),
        Line(what="the same, growth of memory (its output included), MiB", ours=grown.text(1)),
    ]
