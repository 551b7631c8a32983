"""Asks for each environment what its instances or tasks must reach, and finds the hops that stop them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs.assembly.proofs import Question, Verdict, some
from batch_constructs.assembly.reach import Hop, places_of, reach
from batch_constructs.assembly.template import is_one_of
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import ComputeEnvironment
from batch_constructs.facts import network_needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batch_constructs.assembly.proofs import Answer
    from batch_constructs.assembly.reach import Kind, Place, Ways
    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.facts.network_needs import NetworkNeed


Answers: TypeAlias = "dict[NetworkNeed, Answer]"


@dataclass(frozen=True, slots=True)
class Stop:
    """A hop that stops traffic, with all that it keeps away.

    Attributes:
        hop: the hop.
        needs: what cannot be reached because of it.
        answer: the proof for the first of them.
    """

    hop: Hop
    needs: tuple[NetworkNeed, ...]
    answer: Answer

    @property
    def names(self) -> str:
        """The destinations: ``ecr.api, ecr.dkr``."""
        return ", ".join(need.to for need in self.needs)


def needs_of(environment: ComputeEnvironment) -> tuple[NetworkNeed, ...]:
    """Return what an environment's instances or tasks must reach before a job runs; nothing if its kind is unknown."""
    resources = environment.compute_resources
    if resources.fargate:
        return network_needs.FARGATE
    if is_one_of(environment.eks, True) and resources.ec2:
        return network_needs.EKS_NODES
    instances = resources.ec2 or is_one_of(resources.type, "ECS_MANAGED_INSTANCES")
    return network_needs.INSTANCES if instances and is_one_of(environment.eks, False) else ()


@once
def _answers(batch: BatchModel) -> dict[ComputeEnvironment, Answers]:
    return {
        environment: answers([environment], needs_of(environment), batch)
        for environment in batch.of(ComputeEnvironment)
    }


def answers(
    environments: Sequence[ComputeEnvironment],
    needs: Iterable[NetworkNeed],
    batch: BatchModel,
    address: Verdict | None = None,
) -> Answers:
    """Return whether each need is reached in one of the environments, whose jobs may go to any; ``address`` as in `places_of`."""
    return {need: some(_answer(each, need, batch, address) for each in environments) for need in needs}


def _answer(
    environment: ComputeEnvironment, need: NetworkNeed, batch: BatchModel, address: Verdict | None
) -> Answer:
    # Many definitions ask the same question, and most services are reached in the same way.
    known = _known(batch)
    if (environment, address) not in known:
        known[environment, address] = places_of(environment, batch, address), {}, {}
    places, ways, found = known[environment, address]
    if need not in found:
        found[need] = reach(batch, places, need, ways)
    return found[need]


@once
def _known(
    _: BatchModel,
) -> dict[tuple[ComputeEnvironment, Verdict | None], tuple[list[Place], Ways, Answers]]:
    return {}


def questions(environment: ComputeEnvironment, batch: BatchModel) -> Iterator[Question]:
    """Yield whether the environment reaches what it needs, with the steps to each service."""
    kind = "tasks" if environment.compute_resources.fargate else "instances"
    places = places_of(environment, batch)
    found = {need: reach(batch, places, need) for need in needs_of(environment)}
    return asked(f"{kind} of {environment.label}", found)


def asked(start: str, found: Answers) -> Iterator[Question]:
    """Yield the questions that answers belong to."""
    for need, answer in found.items():
        yield Question(f"can {start} reach {need.to} at TCP port {need.port}, to {need.why}?", answer)


def stops(environment: ComputeEnvironment, batch: BatchModel, *kinds: Kind) -> list[Stop]:
    """Return the hops of some kinds that keep an environment from what it needs."""
    return stops_in(_answers(batch)[environment], *kinds)


def stops_in(found: Answers, *kinds: Kind) -> list[Stop]:
    """Return the hops of some kinds that stop traffic, each with the needs that it keeps away."""
    by_place: dict[tuple[object, ...], list[tuple[Hop, NetworkNeed]]] = {}
    for need, answer in found.items():
        for step in answer.steps if answer.verdict is Verdict.NO else ():
            if isinstance(step, Hop) and step.verdict is Verdict.NO and step.kind in kinds:
                by_place.setdefault((step.kind, step.where, step.at), []).append((step, need))
    return [
        Stop(pairs[0][0], tuple(dict.fromkeys(need for _, need in pairs)), found[pairs[0][1]])
        for pairs in by_place.values()
    ]
