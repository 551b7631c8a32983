"""Answers of a proof: yes, no or unknown, with the steps that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """The result of a step or of a whole proof."""

    YES = "yes"
    """It holds for every deployment of the template."""
    NO = "no"
    """It fails for every deployment of the template."""
    UNKNOWN = "unknown"
    """It depends on a value that the template does not say, such as a parameter; never reported as a *no*."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a proof looked at, such as a route, a security group or a statement.

    Attributes:
        place: its name for the reader, such as the logical id of a resource.
        says: what it contributes, in one line: lower case, no full stop.
        verdict: whether it lets the request pass.
    """

    place: str
    says: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.place}: {self.says}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, with each step in the order in which it was looked at.

    Attributes:
        verdict: the answer.
        steps: the steps up to the one that decided.
    """

    verdict: Verdict
    steps: tuple[Step, ...] = ()

    @property
    def because(self) -> Step | None:
        """The first step with the answer's verdict, such as the hop that stops the traffic."""
        return next((step for step in self.steps if step.verdict is self.verdict), None)


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a rule asks about a resource, with its answer.

    Attributes:
        text: the question: ``can instances of Compute reach ecs-agent at TCP port 443?``
        answer: the answer, with all steps that were looked at.
    """

    text: str
    answer: Answer


def along(steps: Iterable[Step]) -> Answer:
    """Return the answer of a path: *no* if one of its steps says so, *yes* if all of them do, else *unknown*.

    All steps are kept, in their order, so that the reader can follow the path.
    """
    listed = tuple(steps)
    verdicts = {step.verdict for step in listed}
    order = (Verdict.NO, Verdict.UNKNOWN)
    return Answer(next((each for each in order if each in verdicts), Verdict.YES), listed)


def every(answers: Iterable[Answer]) -> Answer:
    """Return *no* if one of the answers is *no*, *yes* if all of them are *yes*, else *unknown*; without answers *yes*."""
    return _joined(answers, (Verdict.NO, Verdict.UNKNOWN, Verdict.YES), default=Verdict.YES)


def some(answers: Iterable[Answer]) -> Answer:
    """Return *yes* if one of the answers is *yes*, *no* if all of them are *no*, else *unknown*; without answers *no*."""
    return _joined(answers, (Verdict.YES, Verdict.UNKNOWN, Verdict.NO), default=Verdict.NO)


def whichever(answers: Iterable[Answer]) -> Answer:
    """Return the verdict that all answers share, else *unknown*: one of them applies, but the template does not say which."""
    listed = list(answers)
    verdicts = {each.verdict for each in listed}
    verdict = verdicts.pop() if len(verdicts) == 1 else Verdict.UNKNOWN
    return Answer(verdict, tuple(step for each in listed for step in each.steps))


def _joined(answers: Iterable[Answer], order: tuple[Verdict, ...], *, default: Verdict) -> Answer:
    """Return the strongest of the answers: its verdict, and the steps of all answers with that verdict."""
    listed = list(answers)
    verdict = min((each.verdict for each in listed), key=order.index, default=default)
    return Answer(verdict, tuple(step for each in listed if each.verdict is verdict for step in each.steps))
