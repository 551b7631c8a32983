"""Runs programs in fresh processes, and measures them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from batch_constructs._border.node import prepare_node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# With this variable, Python would compile this library in each process, but not the installed ones.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The library starts the Node.js of its extra without the wrapper script, which costs 50 ms; a twin would start the script.
# Here, all start the same program, so that only the library itself is compared.
prepare_node()

BENCH = Path(__file__).parent
OURS = BENCH.parent / "examples" / "quickstart" / "app.py"
THEIRS = BENCH / "quickstart_l2.py"
PLATFORM = BENCH.parent / "examples" / "platform" / "app.py"
PLATFORM_BY_HAND = BENCH / "platform_l2.py"

QUIET = {"CDK_VALIDATION": "false"}
"""Turns off the CDK's own validation of templates, which takes the same time on both sides."""

NO_RULES = QUIET | {"CDK_CONTEXT_JSON": json.dumps({"batch-constructs:checks": False})}
"""Also turns off the rules of this library, which the hand-written twin does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The costs of a process with Node.js: elapsed seconds, CPU seconds, and the MiB of the larger one."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    def text(self, digits: int = 2) -> str:
        """Return the median and the range."""
        return f"{self.median:.{digits}f} ({min(self.values):.{digits}f}..{max(self.values):.{digits}f})"

    def per(self, others: Samples) -> Samples:
        """Return the ratios of pairs, so that a slow minute of the machine affects both sides."""
        return Samples(tuple(mine / other for mine, other in zip(self.values, others.values, strict=True)))


def cost(program: Path, folder: Path, environment: Mapping[str, str], *arguments: str | Path) -> Cost:
    """Run an app once."""
    chosen = {"CDK_OUTDIR": str(folder), **environment}
    return cost_of([sys.executable, program, *arguments], chosen)


def cost_of(command: Sequence[str | Path], environment: Mapping[str, str], *, may_fail: bool = False) -> Cost:
    """Run a command once; it may fail, as commands with findings do."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=None if not may_fail else subprocess.DEVNULL,
    )
    # Includes the children that it waited for, and so Node.js.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not may_fail:
        raise SystemExit(f"{' '.join(map(str, command))} failed, see above")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def answer(*arguments: str | Path, environment: Mapping[str, str] = QUIET) -> Any:
    """Return the JSON in the last line of a Python program's output."""
    process = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


def answers(times: int, *arguments: str | Path) -> Samples:
    """Return the numbers that a program prints, run several times."""
    return Samples(tuple(float(answer(*arguments)) for _ in range(times)))


def rounds(
    variants: Mapping[str, tuple[Path, Mapping[str, str]]], times: int, folder: Path
) -> dict[str, Sequence[Cost]]:
    """Run all variants in turn, several times."""
    costs: dict[str, list[Cost]] = {name: [] for name in variants}
    for _ in range(times):
        for name, (program, environment) in variants.items():
            costs[name].append(cost(program, folder, environment))
    return dict(costs)
