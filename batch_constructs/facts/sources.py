"""Where a fact comes from, and how old that source is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that facts were read from.

    Attributes:
        name: what to look it up by.
        date: ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``, as exactly as is known.
        certain: whether a rule that rests on it may be an error; else it is a warning at most.
    """

    name: str
    date: str
    certain: bool = True


GUIDE = Source(name="AWS Batch User Guide", date="2023-06")
API = Source(name="AWS Batch API, as in botocore 1.44.5", date="2026-11-17")
CFN = Source(name="CloudFormation registry schemas", date="2026-10-20")
EC2 = Source(name="Amazon EC2 User Guide", date="2026")
EVENTBRIDGE = Source(name="Amazon EventBridge User Guide", date="2026")
WEB = Source(name="AWS documentation, seen in excerpts", date="2026", certain=False)
INFERENCE = Source(name="follows from the others, stands in none", date="2026", certain=False)
