"""Sample events, written from AWS's documented field lists, and an independent matcher of patterns."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from moto.events.models import EventPattern

EVENTS = Path(__file__).parent / "events"
ALL = sorted(path.stem for path in EVENTS.glob("*.json"))
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/nightly"
DEFINITION = "arn:aws:batch:us-east-1:123456789012:job-definition/align"


def sample(name: str, **detail: Any) -> dict[str, Any]:
    """Return a documented event with changes in its detail; ``None`` removes a field."""
    event: dict[str, Any] = copy.deepcopy(json.loads((EVENTS / f"{name}.json").read_text("utf-8")))
    event["detail"] = {
        key: value for key, value in {**event["detail"], **detail}.items() if value is not None
    }
    return event


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Return whether moto's matcher accepts an event for a pattern."""
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


def heard(pattern: dict[str, Any]) -> set[str]:
    """Return the sample events that match a pattern."""
    return {name for name in ALL if matches(pattern, sample(name))}
