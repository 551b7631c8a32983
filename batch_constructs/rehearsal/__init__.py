"""Rehearses a platform on a virtual clock: how long queues wait, what capacity is used, and what it costs.

The scheduler is the engine of the local Batch; hosts, their boot, Spot reclaims and prices are simulated.
"""

from __future__ import annotations

from batch_constructs.rehearsal.plan_files import PlanError, load_plan, parse_plan
from batch_constructs.rehearsal.plans import RehearsalPlan, Submission
from batch_constructs.rehearsal.rehearsing import rehearse
from batch_constructs.rehearsal.results import Rehearsal
from batch_constructs.rehearsal.schedules import NoScheduleError, plan_of_schedules

__all__ = [
    "NoScheduleError",
    "PlanError",
    "Rehearsal",
    "RehearsalPlan",
    "Submission",
    "load_plan",
    "parse_plan",
    "plan_of_schedules",
    "rehearse",
]
