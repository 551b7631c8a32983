"""Rules, their findings, and the registry of all rules."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from batch_constructs.assembly.checks import _chapters
from batch_constructs.facts import arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from batch_constructs.assembly.proofs import Answer, Question
    from batch_constructs.assembly.template import Resource, View
    from batch_constructs.assembly.template.documents import Steps

_Check: TypeAlias = "Callable[..., Iterator[Finding]]"
# From the rule's subject and the whole model to the questions that the rule asks about that subject.
_Questions: TypeAlias = "Callable[[Any, Any], Iterable[Question]]"
C = TypeVar("C", bound=_Check)

_ID = re.compile(r"[A-Z]{2,4}-[0-9]{2}")
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


class Severity(StrEnum):
    """The severity of a finding."""

    ERROR = "error"
    """AWS refuses the template, or the job can never run."""
    WARNING = "warning"
    """Valid but risky, or from an uncertain source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sentence of the guide that a template can break.

    Attributes:
        id: the stable id, such as ``JQ-07``.
        sentence: the requirement, from the rule's docstring.
        chapter: the title of the guide's chapter.
        severity: the highest severity that it reports.
        remedy: what to do, in the imperative.
        link: the page with the requirement.
        prevents: AWS's error message, or the symptom; may be empty.
        subject: the kind of view that it looks at, by class name; several with ``|``.
        function: yields the findings.
        wants_model: whether the function also takes the whole model.
        asks: returns the questions that the rule asks about a subject, for ``check --why``; ``None`` if it asks no proof.
    """

    id: str
    sentence: str
    chapter: str
    severity: Severity
    remedy: str
    link: str
    prevents: str = ""
    subject: str = ""
    function: _Check
    wants_model: bool = False
    asks: _Questions | None = None

    @property
    def family(self) -> str:
        """The part of the id before the hyphen."""
        return self.id.partition("-")[0]


def _nothing(_: Any) -> Iterator[Finding]:
    yield from ()


_NO_RULE = Rule(
    id="", sentence="", chapter="", severity=Severity.ERROR, remedy="", link="", function=_nothing
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach of a rule.

    A rule yields ``Finding(where, message, at="Priority")``; the engine adds the rule itself.

    Attributes:
        where: the resource or structure.
        message: requirement, value and remedy in one line; lower case, no full stop.
        at: the member below ``where``, by CloudFormation name: ``Priority``, ``Ec2Configuration[0].ImageType``.
        severity: set only where a finding is milder than its rule.
        fix: what to do about this finding, with its numbers; by default the rule's remedy.
        proof: the steps that lead to it, if the rule asks a proof; ``check --why`` prints them.
        rule: the broken rule.
    """

    where: View
    message: str
    at: str = field(default="", kw_only=True)
    severity: Severity = field(default=Severity.ERROR, kw_only=True)
    fix: str = field(default="", kw_only=True)
    proof: Answer | None = field(default=None, kw_only=True)
    rule: Rule = field(default=_NO_RULE, kw_only=True)

    @property
    def rule_id(self) -> str:
        """The rule's id."""
        return self.rule.id

    @property
    def remedy(self) -> str:
        """The action that solves it."""
        return self.fix or self.rule.remedy

    @property
    def advice(self) -> str:
        """The remedy, with the argument of this library's construct if there is one."""
        return f"{self.remedy} ({self.argument})" if self.argument else self.remedy

    @property
    def resource(self) -> Resource:
        """The resource that it is about."""
        return self.where.home

    @property
    def logical_id(self) -> str:
        """The resource's name in the template."""
        return self.where.home.logical_id

    @property
    def construct_path(self) -> str:
        """The CDK's path of the construct; empty without the CDK."""
        return self.where.home.construct_path

    @property
    def property_path(self) -> str:
        """The path from the resource's properties, such as ``ComputeResources.InstanceTypes[0]``; empty for the resource."""
        return self.where.property_path(self.at)

    @property
    def argument(self) -> str:
        """The argument of this library's construct that sets the member: ``max_vcpus of SpotComputeEnvironment``; or empty."""
        construct = self.resource.made_by
        path = re.sub(r"\[[0-9]+\]", "", self.property_path)
        name = arguments.argument(construct, self.resource.type, path) if construct else ""
        return f"{name} of {construct}" if name else ""

    @property
    def file(self) -> str:
        """The template file; empty if the template was not a file."""
        return self.where.home.stack.file

    @property
    def line(self) -> int:
        """The line in the template file, from 1."""
        below: Steps = tuple(int(m[2]) if m[2] else m[1] for m in _STEP.finditer(self.at))
        return self.where.home.stack.line(self.logical_id, (*self.where.steps, *below))


_RULES: dict[str, Rule] = {}


def rule(
    id: str,
    *,
    severity: Severity,
    remedy: str,
    prevents: str = "",
    chapter: str | None = None,
    link: str | None = None,
    asks: _Questions | None = None,
) -> Callable[[C], C]:
    """Register a function ``(subject) -> Iterator[Finding]`` or ``(subject, batch) -> …`` as a rule.

    The annotation of the first parameter decides what the rule is called with: every view of that kind (or of several,
    ``JobContainer | TaskContainer``), or once with the `BatchModel`. The second parameter is always the `BatchModel`.
    The docstring is the rule's sentence.

    Args:
        id: family and number, as in the facts.
        severity: the highest severity that it reports; a finding may be milder.
        remedy: what to do, in the imperative, lower case, no full stop.
        prevents: AWS's error message, or the symptom, without the rule.
        chapter: a title of the guide; by default the ``CHAPTER`` of the function's module.
        link: the page; by default the chapter's.
        asks: a function ``(subject, batch) -> Iterable[Question]`` with the questions that the rule asks, answered. Then
            ``check --why`` can show the steps of each answer.

    Raises:
        ValueError: the id is invalid or taken, the chapter is unknown, or the function has no docstring.
    """
    if not _ID.fullmatch(id) or id in _RULES:
        raise ValueError(f"id must be new and look like JQ-07, got {id!r}")

    def register(function: C) -> C:
        title = chapter or function.__globals__.get("CHAPTER", "")
        page = link or _chapters.page(title)
        sentence = function.__doc__ or ""
        annotations = [a for name, a in function.__annotations__.items() if name != "return"]
        if not sentence or len(annotations) not in {1, 2}:
            raise ValueError(f"rule {id} needs a docstring and an annotated subject")
        _RULES[id] = Rule(
            id=id,
            sentence=" ".join(sentence.partition("\n\n")[0].split()),
            chapter=title,
            severity=severity,
            remedy=remedy,
            link=page,
            prevents=prevents,
            subject=annotations[0],
            function=function,
            wants_model=len(annotations) == 2,
            asks=asks,
        )
        return function

    return register


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules by id, in the order of their ids."""
    package = importlib.import_module(__package__)
    for module in pkgutil.walk_packages(package.__path__, f"{__package__}."):
        if not module.name.rpartition(".")[2].startswith("_"):
            importlib.import_module(module.name)
    return dict(sorted(_RULES.items()))
