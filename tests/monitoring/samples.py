"""Sample events, written from the field lists that AWS documents, and matchers that somebody else wrote."""

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
    """A documented event, but for what the test changes in its detail; ``None`` takes a field away."""
    event: dict[str, Any] = copy.deepcopy(json.loads((EVENTS / f"{name}.json").read_text("utf-8")))
    event["detail"] = {
        key: value for key, value in {**event["detail"], **detail}.items() if value is not None
    }
    return event


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """What moto's matcher says of a pattern."""
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


def heard(pattern: dict[str, Any]) -> set[str]:
    """Which of the sample events a pattern lets through."""
    return {name for name in ALL if matches(pattern, sample(name))}
