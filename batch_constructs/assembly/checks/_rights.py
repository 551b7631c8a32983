"""Rights that something in a template needs: as questions of the proof *May*, and as findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity
from batch_constructs.assembly.may import EVERYTHING, RoleOf, filled, may, own_policies_allow
from batch_constructs.assembly.proofs import Question, Verdict, every

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from batch_constructs.assembly.may import Principal, Text, Thing
    from batch_constructs.assembly.proofs import Answer
    from batch_constructs.assembly.template import BatchModel, View
    from batch_constructs.facts.needs import Need


@dataclass(frozen=True, slots=True)
class Right:
    """A need, and the resource that it is about.

    Attributes:
        need: the actions.
        thing: the resource.
        elsewhere: the severity if only the policies of the role are known, and they do not allow it; ``None`` for no
            finding, since the policy of the resource may allow it.
    """

    need: Need
    thing: Thing = EVERYTHING
    elsewhere: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Rights that something in a template needs.

    Attributes:
        where: the view that needs them.
        at: the member of the view at which a finding is.
        who: the principal's part, such as ``the execution role``.
        principal: who needs the rights.
        rights: all that is needed.
        keys: condition keys of the request that depend on the template, in lower case, in addition to those of the need.
        says: the message, with ``{name}`` of the principal and ``{rights}`` that it lacks, if the usual one does not fit.
        severity: that of a finding.
    """

    where: View
    at: str
    who: str = ""
    principal: Principal
    rights: tuple[Right, ...]
    keys: tuple[tuple[str, Text | None], ...] = ()
    says: str = "{name} needs {rights}, got {got}"
    severity: Severity = Severity.ERROR

    def answers(self, batch: BatchModel) -> Iterator[tuple[Right, str, Answer]]:
        """Yield each action with the answer to whether the principal may do it."""
        for right in self.rights:
            keys = {key: filled(value, self.principal) for key, value in right.need.keys} | dict(self.keys)
            for action in right.need.actions:
                yield right, action, may(batch, self.principal, action, right.thing, keys)

    def findings(self, batch: BatchModel) -> Iterator[Finding]:
        """Yield one finding with all actions that the principal certainly may not do."""
        lacking: dict[Right, list[str]] = {}
        proofs: list[Answer] = []
        severities: set[Severity] = set()
        for right, action, answer in self.answers(batch):
            proof, severity = answer, self.severity
            if (
                answer.verdict is Verdict.UNKNOWN
                and right.elsewhere is not None
                and isinstance(self.principal, RoleOf)
            ):
                proof = own_policies_allow(batch, self.principal, action, right.thing)
                severity = right.elsewhere
            if proof.verdict is Verdict.NO:
                lacking.setdefault(right, []).append(action)
                proofs.append(proof)
                severities.add(severity)
        if proofs:
            proof = every(proofs)
            message = self.says.format(name=self._name, rights=_words(lacking), got=_got(proof))
            worst = Severity.ERROR if Severity.ERROR in severities else Severity.WARNING
            yield Finding(self.where, message, at=self.at, severity=worst, proof=proof)

    def questions(self, batch: BatchModel) -> Iterator[Question]:
        """Yield the question for each action, with its answer."""
        for right, action, answer in self.answers(batch):
            yield Question(f"may {self._name} do {action} on {right.thing}?", answer)

    @property
    def _name(self) -> str:
        return f"{self.who} {self.principal.label}".strip()


def _words(lacking: dict[Right, list[str]]) -> str:
    """Return ``ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on Images``."""
    places: dict[str, list[str]] = {}
    for right, actions in lacking.items():
        plain = right.thing is EVERYTHING or right.need.obvious
        places.setdefault(" and ".join(actions), []).extend([] if plain else [str(right.thing)])
    return ", ".join(f"{what} on {' and '.join(on)}" if on else what for what, on in places.items())


def _got(answer: Answer) -> str:
    """Return what stands against a right: a denial, or nothing that allows it."""
    denial = next((step for step in answer.steps if step.says.startswith("denies")), None)
    return "no policy that allows it" if denial is None else f"a denial in {denial.place}"


def unmet(claims: Iterable[Claim], batch: BatchModel) -> Iterator[Finding]:
    """Add a problem for each claim that certainly does not hold."""
    for claim in claims:
        yield from claim.findings(batch)


def asked(claims: Callable[..., Iterable[Claim]]) -> Callable[..., Iterator[Question]]:
    """Return the questions of a rule about rights, for ``asks=``."""

    def questions(subject: View, batch: BatchModel) -> Iterator[Question]:
        for claim in claims(subject, batch):
            yield from claim.questions(batch)

    return questions
