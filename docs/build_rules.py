"""Generates the pages under ``docs/rules``: one for each rule, from the rule and the templates of its tests."""  # noqa: INP001

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from batch_constructs.assembly.checks import Severity, check, rules
from batch_constructs.assembly.checks.unchecked import UNCHECKED
from batch_constructs.assembly.template import model_of
from tests.assembly.checks.conftest import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from batch_constructs.assembly.checks import Rule
    from tests.assembly.checks.conftest import Case

FAMILIES = {
    "AMI": "Machine images",
    "ARR": "Array jobs",
    "AS": "Allocation strategies",
    "CE": "Compute environments",
    "CR": "Consumable resources",
    "DEP": "Job dependencies",
    "ECS": "Several containers in one job",
    "EFA": "Elastic Fabric Adapter",
    "EFS": "Shared file systems",
    "EKS": "Amazon EKS",
    "ENV": "Environment variables",
    "EVT": "Events, schedules and pipes",
    "FGT": "Fargate",
    "FIT": "Jobs against the environments of their queue",
    "GPU": "GPUs",
    "IAM": "Roles and permissions",
    "JD": "Job definitions",
    "JOB": "Submitted jobs",
    "JQ": "Job queues",
    "LNX": "Linux parameters",
    "LOG": "Logging",
    "LT": "Launch templates",
    "MEM": "Memory",
    "MI": "Managed Instances",
    "MNP": "Multi-node parallel jobs",
    "NAME": "Names",
    "NET": "Networks",
    "QS": "Quota shares",
    "QUO": "Quotas",
    "RET": "Retries",
    "SE": "Service environments",
    "SEC": "Secrets",
    "SP": "Scheduling policies",
    "TAG": "Tags",
    "TMO": "Timeouts",
    "TPL": "Types, members and references of templates",
    "UPD": "Updates",
    "VOL": "Volumes",
    "WIN": "Windows",
}
"""The names of the families, by the letters before the hyphen."""

_WORDS = (
    "AMI ARN AWS Batch CloudWatch CPU DNS EC2 ECR ECS EFA EFS EKS Fargate FireLens FSx GPU GPUs IAM ID KMS Linux MIME "
    "NAT NVIDIA S3 SageMaker Spot SSH TCP vCPU vCPUs VPC Windows"
)
_SPELLINGS = {word.lower(): word for word in _WORDS.split()}

_NOTE = "<!-- Made by `make docs` from the rule and its test cases: edits here are lost. -->"
_LONG = 80
_SHORT_FORMS = re.compile(r"Ref|Fn::\w+")
# Some YAML readers take these strings for numbers.
_NUMBER_LIKE = re.compile(r"[-+.]?\d[-+.\d]*[eE][-+.\d]*")
# PyYAML quotes every value that has a tag.
_QUOTED_NAME = re.compile(r"(!(?:Ref|GetAtt|ImportValue)) '([\w.:-]+)'")


def pages(registered: Mapping[str, Rule], unchecked: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each file under ``docs/rules``, by its name.

    Args:
        registered: the rules that get a page each.
        unchecked: the ids of rules that no template can decide, each with the reason.
    """
    broken, valid = _by_rule("broken"), _by_rule("valid")
    made = {f"{name}.md": _page(rule, broken[name], valid[name]) for name, rule in registered.items()}
    return {**made, "README.md": _index(registered.values(), unchecked)}


def unchecked_rules() -> Mapping[str, str]:
    """Return the ids without a rule, each with its reason."""
    return dict(sorted(UNCHECKED.items()))


def as_yaml(template: Mapping[str, Any]) -> str:
    """Return a template as YAML that a person could have written: short members on one line, short forms, no anchors."""
    text = yaml.dump(
        dict(template),
        Dumper=_Dumper,
        sort_keys=False,
        width=100,
        default_flow_style=None,
        allow_unicode=True,
    )
    return _QUOTED_NAME.sub(r"\1 \2", str(text))


class _Dumper(yaml.SafeDumper):
    """Writes CloudFormation's YAML."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write no anchors, so that a reader finds each value in one place."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Indent lists below their names."""
        super().increase_indent(flow, False)

    def mapping(self, data: dict[str, Any]) -> yaml.Node:
        """Write ``{"Ref": "X"}`` as ``!Ref X``."""
        if len(data) != 1 or not _SHORT_FORMS.fullmatch(key := next(iter(data))):
            return self.represent_dict(data)
        tag, value = f"!{key.removeprefix('Fn::')}", data[key]
        if tag == "!GetAtt" and isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = ".".join(value)
        if isinstance(value, dict):
            return self.represent_mapping(tag, value)
        return self.represent_sequence(tag, value) if isinstance(value, list) else self.text(value, tag)

    def text(self, data: str, tag: str = "tag:yaml.org,2002:str") -> yaml.Node:
        """Write a string with several lines as a block."""
        style = "|" if "\n" in data else "'" if _NUMBER_LIKE.fullmatch(data) else None
        return self.represent_scalar(tag, data, style=style)


_Dumper.add_representer(dict, _Dumper.mapping)
_Dumper.add_representer(str, _Dumper.text)


def _by_rule(kind: str) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases(kind):
        found.setdefault(case.rule, []).append(case)
    return found


def _page(rule: Rule, broken: Sequence[Case], valid: Sequence[Case]) -> str:
    # Prefer the first case with the rule's own severity.
    shown = next((case for case in broken if _worst(rule, case)), broken[0])
    messages = [message for case in (shown, *broken) for message in _messages(rule, case)]
    others = [message for message in dict.fromkeys(messages) if message not in _messages(rule, shown)]
    return "\n".join(
        [
            _NOTE,
            "",
            f"# {rule.id}: {_title(rule)}",
            "",
            f"**{_severity(rule, broken)}** · [{_family(rule.family)}](README.md#{_anchor(rule.family)})",
            "",
            _prose(rule.sentence),
            "",
            "## Why",
            "",
            f"From the user guide: [{rule.chapter}]({rule.link}).",
            *(
                ["", "What you would see otherwise:", "", f"> {_escaped(rule.prevents)}"]
                if rule.prevents
                else []
            ),
            "",
            "## Remedy",
            "",
            _sentence(rule.remedy),
            "",
            "## Broken",
            "",
            *_fenced("yaml", _shortened(shown)),
            "",
            *_fenced("text", "\n".join(_messages(rule, shown))),
            *(
                ["", "Other findings of this rule look like this:", "", *_fenced("text", "\n".join(others))]
                if others
                else []
            ),
            "",
            "## Valid",
            "",
            f"{_sentence(valid[0].because)}",
            "",
            *_fenced("yaml", _shortened(valid[0])),
            "",
            *_waivers(rule),
            "",
        ]
    )


def _shortened(case: Case) -> str:
    """Return the template of a case; only its beginning if it is long."""
    lines = as_yaml(case.template).splitlines()
    if len(lines) > _LONG:
        lines[_LONG // 2 :] = [f"# … and so on, {len(lines)} lines in all"]
    return "\n".join(lines)


def _waivers(rule: Rule) -> Iterator[str]:
    """Yield the section on how to ignore or acknowledge a finding."""
    yield from ("## If you know better", "", "On the command line, and in tests:", "")
    yield from _fenced("sh", f"batch-constructs check cdk.out --ignore {rule.id}")
    yield ""
    yield from _fenced("python", f'assert_no_findings(stack, ignore=["{rule.id}"])')
    yield from ("", "At synth, on the construct that the finding names or on one above it:", "")
    reason = 'reason="why this is right here"'
    yield from _fenced(
        "python",
        "cdk.Validations.of(construct).acknowledge(\n"
        f'    cdk.Acknowledgment(id="batch-constructs::{rule.id}", {reason})\n)',
    )


def _messages(rule: Rule, case: Case) -> list[str]:
    found = check(model_of(case.template), select=[rule.id], crash=True)
    return [f"{each.severity} {rule.id} {each.message}" for each in found]


def _worst(rule: Rule, case: Case) -> bool:
    """Return whether a case has a finding that is as severe as the rule."""
    return any(each.severity in {"", rule.severity} for each in case.findings)


def _severity(rule: Rule, broken: Iterable[Case]) -> str:
    milder = rule.severity is Severity.ERROR and any(
        each.severity == Severity.WARNING for case in broken for each in case.findings
    )
    return f"{rule.severity.capitalize()}{', in part a warning' if milder else ''}"


def _index(registered: Iterable[Rule], unchecked: Mapping[str, str]) -> str:
    families: dict[str, list[Rule]] = {}
    for rule in sorted(registered, key=lambda rule: _family(rule.family)):
        families.setdefault(rule.family, []).append(rule)
    count = sum(map(len, families.values()))
    lines = [_NOTE, "", "# The rules", ""]
    lines += [
        "Use this when you have the id of a finding.",
        f"These are {count} rules, by family. [Checks](../checks.md) shows how to apply them, and how to switch them off.",
        "",
    ]
    for family, members in families.items():
        lines += [f"## {_heading(family)}", "", "| rule | severity | requirement |", "|---|---|---|"]
        for rule in sorted(members, key=lambda rule: rule.id):
            lines.append(f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {_cell(rule.sentence)} |")
        lines.append("")
    if unchecked:
        lines += ["## Not checked", "", "No template shows these, so no rule checks them.", ""]
        lines += ["| id | reason |", "|---|---|"]
        lines += [f"| {name} | {_cell(reason)} |" for name, reason in unchecked.items()]
        lines.append("")
    return "\n".join(lines)


def _title(rule: Rule) -> str:
    """Return the title: the function's name as words."""
    words = rule.function.__name__.split("_")
    return " ".join(_SPELLINGS.get(word, word) for word in words).replace("x86 64", "x86_64")


def _family(family: str) -> str:
    return FAMILIES.get(family, family)


def _heading(family: str) -> str:
    return f"{_family(family)} ({family})"


def _anchor(family: str) -> str:
    """Return the anchor that GitHub generates for the heading."""
    return re.sub(r"[^a-z -]", "", _heading(family).lower()).replace(" ", "-")


def _fenced(language: str, text: str) -> list[str]:
    return [f"```{language}", *text.rstrip("\n").split("\n"), "```"]


def _sentence(words: str) -> str:
    words = _prose(words)
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def _prose(text: str) -> str:
    """Return the text of a docstring as Markdown: one backtick instead of two, markup escaped outside of code."""
    parts = text.replace("``", "`").split("`")
    return "`".join(part if odd % 2 else _escaped(part) for odd, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([*\[\]]|<(?=\w))", r"\\\1", text)


def _cell(text: str) -> str:
    return _prose(text).replace("|", r"\|")


def all_pages() -> dict[str, str]:
    """Return the pages of all rules."""
    return pages(rules(), unchecked_rules())
