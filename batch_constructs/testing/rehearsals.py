"""Rehearsals in tests: what a platform does with a night's work, before it is deployed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import yaml

from batch_constructs.facts import prices as price_facts
from batch_constructs.local.plan import plan as planned
from batch_constructs.rehearsal import load_plan, parse_plan
from batch_constructs.rehearsal import rehearse as play
from batch_constructs.testing.sources import templates_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import Stack, Stage

    from batch_constructs.rehearsal import Rehearsal

__all__ = ["rehearse"]


def rehearse(
    source: Stack | Stage | str | os.PathLike[str],
    plan: str | os.PathLike[str] | Mapping[str, Any],
    *,
    parameters: Mapping[str, str] | None = None,
    prices: str | os.PathLike[str] | None = None,
    region: str = "",
) -> Rehearsal:
    """Return what a platform does with a plan on a virtual clock: waiting times, capacity, costs, jobs that never run.

    The same source and plan give the same result on every machine.

    Args:
        source: A stack, a stage or an app, or the path of a template or a cloud assembly.
        plan: The path of a plan in YAML, or the same members as a dict. An empty dict plays the template's own schedules
            for a day.
        parameters: Values of the template's parameters; by default each has its default.
        prices: The path of a file with prices (``INSTANCE_TYPE,USD_PER_HOUR``); by default the list prices, which are
            known for few Regions.
        region: The Region; by default that of the stack, else us-east-1.

    Raises:
        PlanError: The plan makes no sense; the message names its line.
        NoScheduleError: The plan has no submissions, and the template has nothing that submits jobs.
        UnresolvedError: A parameter of the template has no value.
        UnreadableInputError: There is no template at the path.
        ValueError: The stack belongs to no app.
    """
    template = planned(templates_of(source), parameters=parameters, region=region)
    if isinstance(plan, str | os.PathLike):
        wanted = load_plan(plan)
    else:
        wanted = parse_plan(yaml.safe_dump(dict(plan), sort_keys=False))
    return play(
        template,
        wanted,
        prices=price_facts.from_file(prices, template.region) if prices is not None else None,
    )
