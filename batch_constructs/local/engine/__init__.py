"""The scheduler engine: states, dependencies, retries, timeouts, priorities, fair share, placement, blocked queues.

`Engine.apply(input, now)` returns effects. A driver supplies the clock and carries the effects out.
"""

from __future__ import annotations

from batch_constructs.local.engine.assumptions import Assumption, Assumptions
from batch_constructs.local.engine.engine import Engine
from batch_constructs.local.engine.hosts import Host, Hosts
from batch_constructs.local.engine.jobs import Attempt, Job
from batch_constructs.local.engine.messages import (
    Blocked,
    Cancel,
    Changed,
    Effect,
    Ended,
    Exited,
    HostLost,
    Input,
    ParentChanged,
    Refresh,
    Start,
    Started,
    Stop,
    Submit,
    Terminate,
    WakeAt,
)
from batch_constructs.local.engine.places import Consumable, Environment
from batch_constructs.local.engine.queues import Queue, TimeLimit
from batch_constructs.local.engine.shares import FairShare
from batch_constructs.local.engine.work import Dependency, DependencyKind, ExitRule, Need, State, Work

__all__ = [
    "Assumption",
    "Assumptions",
    "Attempt",
    "Blocked",
    "Cancel",
    "Changed",
    "Consumable",
    "Dependency",
    "DependencyKind",
    "Effect",
    "Ended",
    "Engine",
    "Environment",
    "ExitRule",
    "Exited",
    "FairShare",
    "Host",
    "HostLost",
    "Hosts",
    "Input",
    "Job",
    "Need",
    "ParentChanged",
    "Queue",
    "Refresh",
    "Start",
    "Started",
    "State",
    "Stop",
    "Submit",
    "Terminate",
    "TimeLimit",
    "WakeAt",
    "Work",
]
