"""Update the facts about AWS's managed policies: ``python -m batch_constructs.facts.regenerate_managed_policies FOLDER``.

The folder is ``aws/managedpolicies`` of a checkout of https://github.com/iann0036/iam-dataset, which reads the policies
from AWS every day. It holds one JSON file for each policy. Names after the folder are added to those that the facts
already have. The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.managed_policies import DATA_FILE, policies


def content(folder: Path, names: list[str]) -> dict[str, Any]:
    """Return the content of the data file: version, date and statements of each policy that the folder has."""
    found = {**policies()}
    for name in names:
        file = folder / f"{name}.json"
        if file.exists():
            policy = json.loads(file.read_text(encoding="utf-8"))
            found[name] = {
                "version": policy["version"],
                "date": policy["updatedate"][:10],
                "statements": _without_ids(policy["document"]["Statement"]),
            }
    return dict(sorted(found.items()))


def _without_ids(statements: Any) -> list[dict[str, Any]]:
    listed = statements if isinstance(statements, list) else [statements]
    return [{key: value for key, value in each.items() if key != "Sid"} for each in listed]


def main(folder: str, *more: str) -> None:
    """Write the data file."""
    path = FOLDER / DATA_FILE
    facts = content(Path(folder), sorted({*policies(), *more}))
    text = json.dumps(facts, separators=(",", ":")) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{path}: {len(facts)} policies")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
