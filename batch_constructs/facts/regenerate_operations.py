"""Update the facts about operations: ``python -m batch_constructs.facts.regenerate_operations``.

The source is botocore's model of the Batch API. The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from importlib import metadata
from typing import Any

from batch_constructs.facts._data import FOLDER
from batch_constructs.facts.operations import DATA_FILE

_SCALARS = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
}


def content() -> dict[str, Any]:
    """Return the content of the data file."""
    # A development tool, for this command only.
    import botocore.session  # noqa: PLC0415

    model = botocore.session.get_session().get_service_model("batch")
    shapes: dict[str, Any] = {}
    operations = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        operations[name] = {
            "method": operation.http["method"],
            "path": operation.http["requestUri"],
            "input": _add(shapes, operation.input_shape),
            "output": _add(shapes, operation.output_shape),
        }
    return {
        "source": f"AWS Batch API, as in botocore {metadata.version('botocore')}",
        "command": "python -m batch_constructs.facts.regenerate_operations",
        "operations": operations,
        "shapes": dict(sorted(shapes.items())),
    }


def _add(shapes: dict[str, Any], shape: Any) -> str:
    """Add a shape and all that it is made of; return its name."""
    name = str(shape.name)
    if name in shapes:
        return name
    entry: dict[str, Any] = {"type": _SCALARS.get(shape.type_name, shape.type_name)}
    shapes[name] = entry
    entry.update({word: shape.metadata[word] for word in ("min", "max", "enum") if shape.metadata.get(word)})
    match shape.type_name:
        case "structure":
            entry["members"] = {member: _add(shapes, inner) for member, inner in shape.members.items()}
            if shape.required_members:
                entry["required"] = sorted(shape.required_members)
        case "list":
            entry["member"] = _add(shapes, shape.member)
        case "map":
            entry["value"] = _add(shapes, shape.value)
    return name


def main() -> None:
    """Write the data file."""
    path = FOLDER / DATA_FILE
    facts = content()
    text = json.dumps(facts, separators=(",", ":")) + "\n"
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{path}: {len(facts['operations'])} operations, {facts['source']}")  # noqa: T201


if __name__ == "__main__":
    main()
