"""What a deploy would do to environments, queues, definitions and policies: in place, replaced, refused.

``plan(old, new)`` compares two models and gives a `Change` for each resource that the deploy touches.
"""

from __future__ import annotations

from batch_constructs.assembly.changes.change import Change, DeployProblem, Kind, PropertyChange, Risk
from batch_constructs.assembly.changes.planning import not_compared, plan

__all__ = ["Change", "DeployProblem", "Kind", "PropertyChange", "Risk", "not_compared", "plan"]
