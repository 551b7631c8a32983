"""From a template to the requests that make its resources: what a deployment would create, with names and ARNs.

`plan` reads a template, a cloud assembly or a folder. Parameters get the values that are given, else their defaults.
"""

from __future__ import annotations

from batch_constructs.local.plan.planning import Plan, PlannedRequest, UnresolvedError, plan

__all__ = ["Plan", "PlannedRequest", "UnresolvedError", "plan"]
