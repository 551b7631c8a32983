"""The content of a picture of a platform: cards, lines between them, and networks around some of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from batch_constructs.assembly import descriptions as say
from batch_constructs.assembly.template import Reference, as_text, is_known, is_one_of
from batch_constructs.assembly.template.resources import (
    ComputeEnvironment,
    EventRule,
    JobDefinition,
    JobQueue,
    Pipe,
    QuotaShare,
    Schedule,
    ServiceEnvironment,
    StateMachine,
    Subnet,
    Subscription,
    Vpc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.assembly.template import BatchModel, Resource
    from batch_constructs.assembly.template.resources import Submission

__all__ = ["Card", "CardKind", "Chart", "Line", "draw"]


class CardKind(StrEnum):
    """The kind of thing that a card shows."""

    TRIGGER = "trigger"
    DEFINITION = "definition"
    QUEUE = "queue"
    ENVIRONMENT = "environment"
    ALERT = "alert"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A thing in the picture."""

    key: str
    kind: CardKind
    name: str
    lines: tuple[str, ...] = ()
    network: str | None = None
    elsewhere: bool = False  # in no template of the assembly


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An arrow from one card to another."""

    start: str
    end: str
    label: str = ""


@dataclass(slots=True)
class Chart:
    """A platform as cards and lines, in the order of the templates.

    Attributes:
        title: the stacks in the picture.
        cards: by their keys.
        lines: without duplicates.
        networks: the description of each network around cards, by its name.
    """

    title: str
    cards: dict[str, Card] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    networks: dict[str, list[str]] = field(default_factory=dict)

    def of(self, kind: CardKind) -> list[Card]:
        """Return the cards of a kind."""
        return [card for card in self.cards.values() if card.kind is kind]

    def lines_from(self, key: str) -> list[Line]:
        """Return the lines that start at a card."""
        return [line for line in self.lines if line.start == key]


def draw(model: BatchModel) -> Chart:
    """Return the chart of everything in an assembly that is related to AWS Batch."""
    return _Drawing(model).chart


class _Drawing:
    def __init__(self, model: BatchModel) -> None:
        self.model = model
        self.stacks = [stack.name for stack in model.stacks]
        self.chart = Chart(title=", ".join(self.stacks))
        self.vpcs = model.of(Vpc)
        for definition in model.of(JobDefinition):
            self._definition(definition)
        for queue in model.of(JobQueue):
            self._queue(queue)
        for environment in model.of(ComputeEnvironment):
            self._environment(environment)
        for service in model.of(ServiceEnvironment):
            kind = say.text(service.service_environment_type)
            self._add(CardKind.ENVIRONMENT, service, (kind, say.capacity(service.capacity_limits)))
        for schedule in model.of(Schedule):
            self._sender(schedule, "schedule", say.text(schedule.schedule_expression))
        for rule in model.of(EventRule):
            self._sender(rule, "event", _occasion(rule))
        for pipe in model.of(Pipe):
            self._sender(pipe, "pipe", "")
        for machine in model.of(StateMachine):
            jobs = len(machine.submissions)
            self._sender(
                machine, "state machine", f"{jobs} job{'s' if jobs > 1 else ''}", *self._clock(machine)
            )
        for rule in model.of(EventRule):
            if rule.hears_batch:
                self._alert(rule)
        self.chart.lines = list(dict.fromkeys(self.chart.lines))

    def _name(self, resource: Resource) -> str:
        # With a single stack, its name would only repeat on every card.
        full = say.name(resource)
        return full.partition("/")[2] or full if len(self.stacks) == 1 else full

    def _add(
        self,
        kind: CardKind,
        resource: Resource,
        lines: Iterable[str],
        *,
        name: str | None = None,
        network: str | None = None,
    ) -> str:
        key = _path(resource)
        self.chart.cards[key] = Card(
            key=key,
            kind=kind,
            name=name or self._name(resource),
            lines=tuple(line for line in lines if line),
            network=network,
        )
        return key

    def _key(self, kind: CardKind, resource: Resource | None, written: str) -> str:
        """Return the card's key for a reference; a resource outside the assembly gets a card on first use."""
        if resource is not None:
            return _path(resource)
        card = Card(key=written, kind=kind, name=written.rsplit("/", 1)[-1], elsewhere=True)
        self.chart.cards.setdefault(written, card)
        return written

    def _connect(self, start: str, end: str, label: str = "") -> None:
        self.chart.lines.append(Line(start=start, end=end, label=label))

    def _definition(self, definition: JobDefinition) -> None:
        image, *_ = say.size(definition)
        line = f"{say.platform(definition)} {say.amounts(definition)}".strip()
        self._add(CardKind.DEFINITION, definition, (line, image))

    def _queue(self, queue: JobQueue) -> None:
        policy = queue.scheduling_policy
        lines = [f"priority {say.text(queue.priority)}"] if queue.priority is not None else []
        if policy is not None and not policy.quota_share_policy.present:
            shares = say.shares(policy)
            lines.append(f"fair share: {shares}" if shares else "fair share")
        lines += [
            f"quota {say.text(share.name)}: {say.capacity(share.capacity_limits)}"
            for share in self.model.of(QuotaShare)
            if share.job_queue is queue
        ]
        key = self._add(CardKind.QUEUE, queue, lines)
        environments = say.environments_of(queue)
        for number, environment, written in environments:
            label = str(number) if environments[-1][0] > 1 else ""
            self._connect(key, self._key(CardKind.ENVIRONMENT, environment, written), label)

    def _environment(self, environment: ComputeEnvironment) -> None:
        types = say.instance_types(environment)
        lines = (
            f"{say.capacity_kind(environment)} {say.vcpu_range(environment)} vCPUs",
            "" if types == "-" else types,
            say.cluster(environment),
            "disabled" if is_one_of(environment.state, "DISABLED") else "",
        )
        vpc = next((subnet.vpc for subnet in environment.compute_resources.subnets if subnet.vpc), None)
        self._add(
            CardKind.ENVIRONMENT, environment, lines, network=None if vpc is None else self._network(vpc)
        )

    def _network(self, vpc: Vpc) -> str:
        name = self._name(vpc)
        if name not in self.chart.networks:
            cidr = [as_text(vpc.cidr_block)] if is_known(vpc.cidr_block) and vpc.cidr_block else []
            details = say.subnets(self.model, vpc, self.model.of(Subnet))
            self.chart.networks[name] = [", ".join([*cidr, *details[1:]]), *details[:1]]
        return name

    def _clock(self, machine: StateMachine) -> list[str]:
        """Return the schedule expressions that start a state machine."""
        schedules = [(s.schedule_expression, [s.target.arn]) for s in self.model.of(Schedule)]
        rules = [(r.schedule_expression, [t.arn for t in r.targets]) for r in self.model.of(EventRule)]
        return [
            as_text(expression)
            for expression, started in (*schedules, *rules)
            if expression is not None
            and any(isinstance(arn, Reference) and arn.target is machine for arn in started)
        ]

    def _sender(self, sender: Schedule | EventRule | Pipe | StateMachine, *lines: str) -> None:
        if sender.submissions:
            key = self._add(CardKind.TRIGGER, sender, lines)
            for submission in sender.submissions:
                self._submission(key, submission)

    def _submission(self, sender: str, submission: Submission) -> None:
        queue = self._key(CardKind.QUEUE, submission.queue, as_text(submission.queue_arn))
        definition = submission.definition
        if definition is None and not is_known(submission.definition_arn):
            self._connect(sender, queue)
            return
        middle = self._key(CardKind.DEFINITION, definition, as_text(submission.definition_arn))
        self._connect(sender, middle)
        self._connect(middle, queue)

    def _alert(self, rule: EventRule) -> None:
        key = self._add(CardKind.ALERT, rule, (say.matched_events(rule),))
        for heard in rule.targets:
            if heard.batch_parameters.present:
                continue
            resource = (
                heard.arn.target if isinstance(heard.arn, Reference) else say.single_reference(heard.arn)
            )
            if resource is None:
                self._connect(key, self._key(CardKind.LISTENER, None, as_text(heard.arn)))
                continue
            subscribers = [s.endpoint for s in self.model.of(Subscription) if s.topic is resource]
            lines = [resource.type.removeprefix("AWS::").replace("::", " "), *map(as_text, subscribers)]
            self._connect(key, self._add(CardKind.LISTENER, resource, lines))


def _occasion(rule: EventRule) -> str:
    if rule.schedule_expression is not None:
        return as_text(rule.schedule_expression)
    kinds = rule.pattern("detail-type")
    return ", ".join(map(as_text, kinds)) if isinstance(kinds, list) else ""


def _path(resource: Resource) -> str:
    return f"{resource.stack.name}/{resource.logical_id}"
