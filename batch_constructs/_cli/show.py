"""What a template holds of AWS Batch, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from batch_constructs._cli.plain import printable
from batch_constructs.assembly.template import Reference, Unknown, known, shown
from batch_constructs.assembly.template.resources import (
    ComputeEnvironment,
    EventRule,
    JobDefinition,
    JobQueue,
    Subscription,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources import EventTarget

_PIPED_WIDTH = 140


def show(models: Iterable[BatchModel]) -> None:
    """Print the environments, queues, definitions and alerts of some models, and the files they come from."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_PIPED_WIDTH)
    for model in models:
        tables = [*_environments(model), *_queues(model), *_definitions(model), *_alerts(model)]
        for table in tables:
            console.print(table)
        if not tables:
            console.print("nothing of AWS Batch")
        for stack in model.stacks:
            console.print(f"template: {printable(stack.file)}", soft_wrap=True)


def _environments(model: BatchModel) -> Iterable[Table]:
    rows = []
    for environment in model.of(ComputeEnvironment):
        resources = environment.compute_resources
        kind = shown(resources.type) if resources.present else shown(environment.type_)
        low = 0 if resources.min_vcpus is None else shown(resources.min_vcpus)
        vcpus = (
            f"{low}-{_text(resources.max_vcpus)}" if resources.present else _text(environment.unmanaged_vcpus)
        )
        types = ", ".join(map(shown, resources.instance_types)) or "-"
        strategy = resources.allocation_strategy
        rows.append((_name(environment), kind, types, vcpus, _text(strategy)))
    return _table("Compute environments", ("name", "type", "instance types", "vCPUs", "strategy"), rows)


def _queues(model: BatchModel) -> Iterable[Table]:
    rows = []
    for queue in model.of(JobQueue):
        entries = sorted(queue.compute_environment_order, key=lambda e: e.order if known(e.order) else 0)
        names = [_target(e.environment, e.environment_arn) for e in entries]
        names += [_target(e.environment, e.environment_arn) for e in queue.service_environment_order]
        order = ", ".join(f"{number}. {name}" for number, name in enumerate(names, 1))
        rows.append((_name(queue), _text(queue.priority), order or "-"))
    return _table("Job queues", ("name", "priority", "environments, in order"), rows)


def _definitions(model: BatchModel) -> Iterable[Table]:
    rows = []
    for definition in model.of(JobDefinition):
        image, vcpus, memory = _size(definition)
        timeout = definition.timeout.attempt_duration_seconds
        attempts = definition.retry_strategy.attempts
        rows.append(
            (
                _name(definition),
                _platform(definition),
                image,
                vcpus,
                memory,
                "1" if attempts is None else shown(attempts),
                "-" if timeout is None else f"{shown(timeout)} s",
            )
        )
    heads = ("name", "platform", "image", "vCPUs", "MiB", "attempts", "timeout")
    return _table("Job definitions", heads, rows)


def _platform(definition: JobDefinition) -> str:
    if definition.eks_properties.present:
        return "EKS"
    if definition.node_properties.present:
        return f"{_text(definition.node_properties.num_nodes)} nodes"
    return shown(definition.platform)


def _size(definition: JobDefinition) -> tuple[str, str, str]:
    """Image, vCPUs and memory of the first container; the others are told by their number."""
    containers: list[Any] = (
        [definition.container_properties] if definition.container_properties.present else []
    )
    containers += [
        r.container for r in definition.node_properties.node_range_properties if r.container.present
    ]
    tasks = definition.ecs_properties.task_properties
    containers += [container for task in tasks for container in task.containers]
    if containers:
        first = containers[0]
        image = _image(first.image)
        vcpus, memory = first.requirement("VCPU"), first.requirement("MEMORY")
    elif definition.eks_properties.present and definition.eks_properties.pod_properties.containers:
        containers = list(definition.eks_properties.pod_properties.containers)
        image = _image(containers[0].image)
        limits, requests = containers[0].resources.limits, containers[0].resources.requests
        amounts = {**(limits if known(limits) else {}), **(requests if known(requests) else {})}
        vcpus, memory = amounts.get("cpu"), amounts.get("memory")
    else:
        return "-", "-", "-"
    more = f" (+{len(containers) - 1})" if len(containers) > 1 else ""
    return f"{image}{more}", _text(vcpus), _text(memory)


def _image(image: str | Unknown | None) -> str:
    """The image; of a long one that the CDK uploads only the tag tells it apart."""
    text = _text(image)
    _, asset, tag = text.partition("/cdk-hnb659fds-container-assets-")
    return f"asset {tag.partition(':')[2][:12]}" if asset else text


def _alerts(model: BatchModel) -> Iterable[Table]:
    rows = []
    for rule in model.of(EventRule):
        if not rule.hears_batch:
            continue
        status = rule.pattern("detail", "status")
        kinds = rule.pattern("detail-type")
        what = ", ".join(map(shown, kinds)) if isinstance(kinds, list) else "every event"
        if isinstance(status, list):
            what += f": {', '.join(map(shown, status))}"
        rows.append(
            (_name(rule), what, ", ".join(_listener(model, target) for target in rule.targets) or "-")
        )
    return _table("Alerts", ("rule", "on", "goes to"), rows)


def _listener(model: BatchModel, target: EventTarget) -> str:
    if not isinstance(target.arn, Reference):
        return shown(target.arn)
    resource = target.arn.target
    heard = [s for s in model.of(Subscription) if s.topic is resource]
    addresses = [endpoint for s in heard if known(endpoint := s.endpoint)]
    return f"{_name(resource)} ({', '.join(addresses)})" if addresses else _name(resource)


def _target(resource: Resource | None, text: str | Unknown | None) -> str:
    return _name(resource) if resource is not None else shown(text)


def _name(resource: Resource) -> str:
    """The construct's path, which says more than the logical id."""
    path = resource.construct_path.removesuffix("/Resource")
    return path or resource.logical_id


def _text(value: object) -> str:
    return "-" if value is None else shown(value)


def _table(title: str, heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Iterable[Table]:
    if rows:
        table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for head in heads:
            numeric = head in {"priority", "vCPUs", "MiB", "attempts", "timeout"}
            table.add_column(head, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(printable, row))
        yield table
