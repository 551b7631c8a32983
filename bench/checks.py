"""The rules over large templates, in process and as a command, compared with cfn-lint over the same file.

`python checks.py process COUNT` prints milliseconds for COUNT templates of 500 resources, `python checks.py write FILE`
writes one.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

RESOURCES = 500
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "media_transcoding.MediaTranscoding.template.json"


def renamed(node: Any, suffix: str, names: frozenset[str]) -> Any:
    """Return a value with the references to some names replaced by those to their copies."""
    if isinstance(node, dict):
        return {key: renamed(value, suffix, names) for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(value, suffix, names) for value in node]
    return f"{node}{suffix}" if isinstance(node, str) and node in names else node


def large_template() -> dict[str, Any]:
    """Return a template with copies of an example; about a fifth of the resources are of AWS Batch."""
    resources = json.loads(GOLDEN.read_text(encoding="utf-8"))["Resources"]
    names = frozenset(resources)
    copies: dict[str, Any] = {}
    while len(copies) + len(resources) <= RESOURCES:
        suffix = f"Copy{len(copies)}"
        copies |= {f"{name}{suffix}": renamed(each, suffix, names) for name, each in resources.items()}
    return {"Resources": copies}


def in_process(count: int) -> float:
    """Return the milliseconds for reading and checking, with the rules loaded."""
    from batch_constructs.assembly.checks import check
    from batch_constructs.assembly.template import read

    folder = Path(sys.argv[3])
    text = json.dumps(large_template(), indent=1)
    for number in range(count):
        (folder / f"{number}.template.json").write_text(text, encoding="utf-8")
    check(read(folder / "0.template.json"))
    start = time.perf_counter()
    check(read(folder))
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        Path(sys.argv[2]).write_text(json.dumps(large_template(), indent=1), encoding="utf-8")
    else:
        print(in_process(int(sys.argv[2])))
