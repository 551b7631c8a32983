"""`make bench`: quick start and platform compared with their hand-written twins, and other measurements. It fails no test.

Options: `--pairs N` (at least 7 for a figure to quote), `--json FILE`.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import batch_constructs
from bench.equal import TOLERATED
from bench.figures import adapters, checks, function, imports, many_definitions, round_trips
from bench.processes import (
    answer,
)
from bench.twins import TWINS, Line, against_hand_written, prove_equal, with_cdk_validation

MODULES = """
import json, sys
import batch_constructs
getattr(batch_constructs, sys.argv[1])
names = {name.removeprefix("aws_cdk.").removesuffix("._private") for name in sys.modules if name.startswith("aws_cdk.")}
print(json.dumps(sorted(name for name in names if name.startswith(("aws_", "interfaces.")))))
"""


def modules() -> dict[str, list[str]]:
    """Return the modules of aws_cdk that each public name loads, each in a new process."""
    return {name: answer("-c", MODULES, name) for name in batch_constructs.__all__}


def show(lines: list[Line], brought: dict[str, list[str]]) -> None:
    # As wide as the widest line, since a table in a log file needs no wrapping.
    console = Console(width=None if Console().is_terminal else 200)
    console.print("Equal templates, except for names and:")
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
        "--pairs", type=int, default=9, help="runs of each side; default 9, at least 7 to quote"
    )
    parser.add_argument("--json", type=Path, help="also write the result here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A comparison of different stacks would mean nothing.
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
