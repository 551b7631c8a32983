"""Runs programs in fresh processes, and says what they cost."""

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

# A shell in which Python compiles anew what it runs would charge this library, and not the installed ones.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Who imports the library gets the Node.js of its extra without the script before it, which costs 50 ms; who does not, and
# a twin does not, gets the script. All have the same here, so that only what the library does itself is compared.
prepare_node()

BENCH = Path(__file__).parent
OURS = BENCH.parent / "examples" / "quickstart" / "app.py"
THEIRS = BENCH / "quickstart_l2.py"
PLATFORM = BENCH.parent / "examples" / "platform" / "app.py"
PLATFORM_BY_HAND = BENCH / "platform_l2.py"

QUIET = {"CDK_VALIDATION": "false"}
"""Without the CDK's own validation of templates, which costs both sides the same seconds."""

NO_RULES = QUIET | {"CDK_CONTEXT_JSON": json.dumps({"batch-constructs:checks": False})}
"""Without the rules of this library too, which the hand-written twin has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process cost, Node included: seconds by the clock and of the processors, and MiB of the larger one."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Samples:
    """Repeated measurements of one thing."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    def text(self, digits: int = 2) -> str:
        """Median, and the range in which all lie."""
        return f"{self.median:.{digits}f} ({min(self.values):.{digits}f}..{max(self.values):.{digits}f})"

    def per(self, others: Samples) -> Samples:
        """The ratios pair by pair, so that a slow minute of the machine slows both sides of a pair."""
        return Samples(tuple(mine / other for mine, other in zip(self.values, others.values, strict=True)))


def cost(program: Path, folder: Path, environment: Mapping[str, str], *arguments: str | Path) -> Cost:
    """Run an app once."""
    chosen = {"CDK_OUTDIR": str(folder), **environment}
    return cost_of([sys.executable, program, *arguments], chosen)


def cost_of(command: Sequence[str | Path], environment: Mapping[str, str], *, may_fail: bool = False) -> Cost:
    """Run a command once; what finds something may fail."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=None if not may_fail else subprocess.DEVNULL,
    )
    # With the children that it waited for, so with Node.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not may_fail:
        raise SystemExit(f"{' '.join(map(str, command))} failed, see above")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / 1024)


def answer(*arguments: str | Path, environment: Mapping[str, str] = QUIET) -> Any:
    """The JSON in the last line that a Python program prints."""
    process = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


def answers(times: int, *arguments: str | Path) -> Samples:
    """The numbers that a program answers, run so often."""
    return Samples(tuple(float(answer(*arguments)) for _ in range(times)))


def rounds(
    variants: Mapping[str, tuple[Path, Mapping[str, str]]], times: int, folder: Path
) -> dict[str, Sequence[Cost]]:
    """Run all variants one after the other, so often."""
    costs: dict[str, list[Cost]] = {name: [] for name in variants}
    for _ in range(times):
        for name, (program, environment) in variants.items():
            costs[name].append(cost(program, folder, environment))
    return dict(costs)
