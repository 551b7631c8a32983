"""``make mutants``: how many small mistakes in the package the tests notice.

It draws lines at random, makes a mistake in each, one after the other, and runs the tests of its room, then wider ones.
It ends with status 1 if fewer than 93 % of the mistakes are noticed.
"""

from __future__ import annotations

import argparse
import queue
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from tests.mutants.trials import ROOT, Copy, Mutant, candidates
from tests.test_architecture import CONSTRUCTS

ENOUGH = 0.93
EQUIVALENT = yaml.safe_load(Path(__file__).with_name("equivalent.yaml").read_text("utf-8"))


def default_places() -> list[str]:
    """Return the rooms that decide: checks, changes, facts and all constructs, monitoring among them."""
    rooms = ["assembly/checks", "assembly/fit", "assembly/changes", "facts", *CONSTRUCTS]
    package = ROOT / "batch_constructs"
    return [room if (package / room).is_dir() else f"{room}.py" for room in rooms]


def main() -> int:
    """Try a sample of mutants and print what happened to each."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("-n", type=int, default=40, help="how many mutants")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10_000), help="which ones"
    )
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument(
        "places", nargs="*", help="modules or folders of the package; by default all that decide"
    )
    options = parser.parse_args()
    drawn = draw(options.n, options.seed, options.places or default_places())
    print(f"seed {options.seed}, {len(drawn)} mutants", flush=True)
    copies: queue.Queue[Copy] = queue.Queue()
    for number in range(options.jobs):
        copies.put(Copy(ROOT / ".cache" / "mutants" / str(number)))

    def tried(mutant: Mutant) -> str:
        copy = copies.get()
        try:
            noticed = copy.noticed_by(mutant)
        finally:
            copies.put(copy)
        print("\n".join(report(mutant, noticed)), flush=True)
        return noticed

    with ThreadPoolExecutor(options.jobs) as pool:
        noticed = [bool(each) for each in pool.map(tried, drawn)]
    share = sum(noticed) / len(noticed)
    print(f"{sum(noticed)} of {len(noticed)} noticed: {share:.1%}")
    return 0 if share >= ENOUGH else 1


def draw(number: int, seed: int, places: list[str]) -> list[Mutant]:
    """Return a sample of mutants, the same for the same seed and the same code; none that is known to change nothing."""
    chance = random.Random(seed)
    lines = candidates(places)
    drawn = (chance.choice(line) for line in chance.sample(lines, len(lines)))
    return [
        mutant for mutant, _ in zip((m for m in drawn if not is_equivalent(m)), range(number), strict=False)
    ]


def is_equivalent(mutant: Mutant, explained: list[dict[str, Any]] = EQUIVALENT) -> bool:
    """Return whether somebody has explained why no test can notice this mutant."""
    return any(each["in"] == mutant.path and each["diff"] == mutant.diff() for each in explained)


def report(mutant: Mutant, noticed: str) -> list[str]:
    """Return the lines about a mutant."""
    if noticed:
        return [f"noticed   {mutant.place}  {noticed}"]
    return [f"survived  {mutant.place}", *(f"          {line}" for line in mutant.diff())]


if __name__ == "__main__":
    sys.exit(main())
