"""Events of jobs, the rules of a template that match them, and the schedules that submit jobs."""

from __future__ import annotations

from batch_constructs.local.events.bus import Bus, Delivery
from batch_constructs.local.events.patterns import matches
from batch_constructs.local.events.provision import provision
from batch_constructs.local.events.schedules import Schedules, UnknownScheduleError
from batch_constructs.local.events.transformers import transform

__all__ = ["Bus", "Delivery", "Schedules", "UnknownScheduleError", "matches", "provision", "transform"]
