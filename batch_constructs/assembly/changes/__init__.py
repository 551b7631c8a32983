"""Tells what a deployment would do to environments, queues, definitions and policies: update, replace, refuse.

``plan(old, new)`` compares two models and returns a `Change` for each resource that the deployment affects.
"""

from __future__ import annotations

from batch_constructs.assembly.changes.change import Change, DeployProblem, Effect, Kind, PropertyChange, Risk
from batch_constructs.assembly.changes.planning import not_compared, plan

__all__ = ["Change", "DeployProblem", "Effect", "Kind", "PropertyChange", "Risk", "not_compared", "plan"]
