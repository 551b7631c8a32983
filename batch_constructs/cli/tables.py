"""The AWS Batch resources of a template as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from batch_constructs.assembly import descriptions as say
from batch_constructs.assembly.template import Reference, as_text, is_known
from batch_constructs.assembly.template.resources import (
    ComputeEnvironment,
    EventRule,
    JobDefinition,
    JobQueue,
    Subscription,
)
from batch_constructs.cli.plain import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import EventTarget

_PIPED_WIDTH = 140


def show(models: Iterable[BatchModel]) -> None:
    """Print the environments, queues, definitions and alerts of some models, and their files."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_PIPED_WIDTH)
    for model in models:
        tables = [*_environments(model), *_queues(model), *_definitions(model), *_alerts(model)]
        for table in tables:
            console.print(table)
        if not tables:
            console.print("no resources of AWS Batch")
        for stack in model.stacks:
            console.print(f"template: {printable(stack.file)}", soft_wrap=True)


def _environments(model: BatchModel) -> Iterable[Table]:
    rows = [
        (
            say.full_name(environment),
            say.capacity_kind(environment),
            say.instance_types(environment),
            say.vcpu_range(environment),
            say.text(environment.compute_resources.allocation_strategy),
        )
        for environment in model.of(ComputeEnvironment)
    ]
    return _table("Compute environments", ("name", "type", "instance types", "vCPUs", "strategy"), rows)


def _queues(model: BatchModel) -> Iterable[Table]:
    rows = []
    for queue in model.of(JobQueue):
        names: dict[int, list[str]] = {}
        for number, _, name in say.environments_of(queue):
            names.setdefault(number, []).append(name)
        order = ", ".join(f"{number}. {' or '.join(each)}" for number, each in names.items())
        rows.append((say.full_name(queue), say.text(queue.priority), order or "-"))
    return _table("Job queues", ("name", "priority", "environments, in order"), rows)


def _definitions(model: BatchModel) -> Iterable[Table]:
    rows = []
    for definition in model.of(JobDefinition):
        image, vcpus, memory = say.size(definition)
        timeout = definition.timeout.attempt_duration_seconds
        attempts = definition.retry_strategy.attempts
        rows.append(
            (
                say.full_name(definition),
                say.platform(definition),
                image,
                vcpus,
                memory,
                "1" if attempts is None else as_text(attempts),
                "-" if timeout is None else f"{as_text(timeout)} s",
            )
        )
    heads = ("name", "platform", "image", "vCPUs", "MiB", "attempts", "timeout")
    return _table("Job definitions", heads, rows)


def _alerts(model: BatchModel) -> Iterable[Table]:
    rows = []
    for rule in model.of(EventRule):
        if not rule.hears_batch:
            continue
        listeners = ", ".join(_listener(model, target) for target in rule.targets)
        rows.append((say.name(rule), say.matched_events(rule), listeners or "-"))
    return _table("Alerts", ("rule", "on", "goes to"), rows)


def _listener(model: BatchModel, target: EventTarget) -> str:
    if not isinstance(target.arn, Reference):
        return as_text(target.arn)
    resource = target.arn.target
    heard = [s for s in model.of(Subscription) if s.topic is resource]
    addresses = [endpoint for s in heard if is_known(endpoint := s.endpoint)]
    return f"{say.name(resource)} ({', '.join(addresses)})" if addresses else say.name(resource)


def _table(title: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterable[Table]:
    if rows:
        table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for head in heads:
            numeric = head in {"priority", "vCPUs", "MiB", "attempts", "timeout"}
            table.add_column(head, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(printable, row))
        yield table
