"""Turns the spelling of CloudFormation, Step Functions and EventBridge into that of the API."""

from __future__ import annotations

from typing import Any

from batch_constructs.facts import operations


def as_request(shape: str, value: Any) -> Any:
    """Return members in the spelling of the API; what the API does not have is left out.

    Names are compared without regard to case, since CloudFormation, Step Functions and EventBridge Scheduler write
    ``JobName`` for ``jobName``. The keys of maps are the user's own.
    """
    match operations.kind(shape):
        case "structure" if isinstance(value, dict):
            found = {name.lower(): (name, inner) for name, inner in operations.members(shape).items()}
            pairs = [(found[key.lower()], each) for key, each in value.items() if key.lower() in found]
            return {name: as_request(inner, each) for (name, inner), each in pairs if each is not None}
        case "list" if isinstance(value, list):
            return [as_request(operations.element(shape), each) for each in value]
        case "map" if isinstance(value, dict):
            return {key: as_request(operations.element(shape), each) for key, each in value.items()}
        case "integer" if isinstance(value, str) and value.strip().lstrip("-").isdigit():
            return int(value)
        case "number" if isinstance(value, str):
            return float(value)
        case "boolean" if isinstance(value, str):
            return value.lower() == "true"
        case "string" if isinstance(value, bool):
            return str(value).lower()
        case "string" if isinstance(value, int | float):
            return repr(value)
    return value
