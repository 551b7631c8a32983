"""The input transformer of Amazon EventBridge.

Source: Amazon EventBridge User Guide, "Input transformation": a template of strings, one on each line, or one of JSON;
variables within a string as they are, outside of one as JSON; nothing for what the event lacks. A string comes with the
quotation marks of its template, as AWS answered to the tests of LocalStack.
"""

from __future__ import annotations

import json
import re
from typing import Any

_VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")
_MISSING = object()


def transform(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """Return what a target gets.

    Args:
        transformer: ``InputTransformer`` of a target, ``InputPathsMap`` and ``InputTemplate``.
        event: The event.

    Raises:
        ValueError: The template gives no JSON with the values of this event, so that AWS would drop the event.
    """
    template: str = transformer["InputTemplate"]
    values = {name: value_at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    unknown = {name for name in _VARIABLE.findall(template) if not name.startswith("aws.events.")} - set(
        values
    )
    if unknown:
        raise ValueError(f"no paths for {sorted(unknown)}")
    if not template.lstrip().startswith("{"):
        return _VARIABLE.sub(lambda found: _plain(values[found[1]]), template)
    strings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        strings.append(_VARIABLE.sub(lambda inner: _plain(values[inner[1]]), found[0]))
        return f"\0{len(strings) - 1}\0"

    outside = _VARIABLE.sub(lambda found: _json(values[found[1]]), _STRING.sub(keep, template))
    done = re.sub("\0(\\d+)\0", lambda found: strings[int(found[1])], outside)
    json.loads(done)
    return done


def value_at(event: dict[str, Any], path: str) -> Any:
    """Return the part of an event at a path such as ``$.detail.jobName``.

    Raises:
        ValueError: EventBridge has no such path.
    """
    value: Any = event
    if not path.startswith("$") or "".join(found[0] for found in _STEP.finditer(path)) != path[1:]:
        raise ValueError(f"EventBridge has no path {path!r}")
    for key, index in _STEP.findall(path):
        try:
            value = value[int(index)] if index else value[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return value


def _plain(value: Any) -> str:
    if value is _MISSING:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _json(value: Any) -> str:
    return "" if value is _MISSING else json.dumps(value)
