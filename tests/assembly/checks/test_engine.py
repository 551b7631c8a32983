"""The engine applies rules to all their subjects, and a bug in a rule stops nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from batch_constructs.assembly.checks import Finding, Rule, Severity, _engine, _rules, check, rule
from batch_constructs.assembly.template import model_of, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batch_constructs.assembly.template import BatchModel
    from batch_constructs.assembly.template.resources import JobQueue, JobTimeout, RetryStrategy

    Findings: TypeAlias = Iterator[Finding]

QUEUE = {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1001, "State": "ON"}}


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Rule]:
    """Return an empty registry of rules for the test."""
    own: dict[str, Rule] = {}
    monkeypatch.setattr(_rules, "_RULES", own)
    monkeypatch.setattr(_engine, "rules", lambda: own)
    return own


def make(id: str, severity: Severity = Severity.ERROR) -> Callable[[Any], Any]:
    return rule(id, chapter="Job Queues", severity=severity, remedy="think again")


def test_selects_by_rule_and_family() -> None:
    """`select` and `ignore` accept ids and families."""
    model = model_of({"Resources": {"Queue": QUEUE}})
    assert [f.rule_id for f in check(model, select=["JQ"])] == ["JQ-01", "JQ-02", "JQ-07"]
    assert [f.rule_id for f in check(model, select=["JQ-07", "JQ-01"], ignore=["JQ-01"])] == ["JQ-07"]


def test_refuses_names_that_are_no_rules() -> None:
    """An unknown rule is an error, not an empty selection."""
    with pytest.raises(ValueError, match="'JQ-99' is neither a rule nor a family"):
        check(model_of({}), select=["JQ-99"])


def test_a_crashing_rule_finds_nothing(registered: dict[str, Rule]) -> None:
    """A bug inside a rule does not stop the others; only tests let it raise."""

    @make("JQ-01")
    def broken(queue: JobQueue) -> Findings:
        """Breaks."""
        yield Finding(queue, "before the crash")
        raise KeyError

    @make("JQ-02")
    def sound(queue: JobQueue) -> Findings:
        """Works."""
        yield Finding(queue, "found")

    model = model_of({"Resources": {"Queue": QUEUE}})
    assert [f.message for f in check(model)] == ["before the crash", "found"]
    with pytest.raises(KeyError):
        check(model, crash=True)


def test_comparing_an_unknown_is_a_crash(registered: dict[str, Rule]) -> None:
    """A rule that compares an unknown crashes, so that its author notices."""

    @make("JQ-01")
    def careless(queue: JobQueue) -> Findings:
        """Compares without asking."""
        if queue.priority > 1000:  # type: ignore[operator]
            yield Finding(queue, "too high")

    model = model_of({"Resources": {"Queue": {**QUEUE, "Properties": {"Priority": {"Ref": "P"}}}}})
    assert check(model) == ()
    with pytest.raises(TypeError, match="call is_known"):
        check(model, crash=True)


def test_a_rule_is_called_for_every_structure_of_its_kind(registered: dict[str, Rule]) -> None:
    """Structures are found wherever they occur; omitted ones are not."""
    seen: list[object] = []

    @make("RET-01")
    def look(strategy: RetryStrategy | JobTimeout, batch: BatchModel) -> Findings:
        """Looks."""
        seen.append(strategy.property_path())
        yield from ()

    job = {"Type": "AWS::Batch::JobDefinition", "Properties": {"RetryStrategy": {"Attempts": 1}}}
    check(model_of({"Resources": {"A": job, "B": {**job, "Properties": {"Timeout": {}}}}}), crash=True)
    assert seen == ["RetryStrategy", "Timeout"]


def test_a_rule_can_look_at_the_whole_model(registered: dict[str, Rule]) -> None:
    """A rule for the whole assembly is called once."""
    seen: list[object] = []

    @make("QUO-01")
    def look(batch: BatchModel) -> Findings:
        """Looks."""
        seen.append(batch)
        yield from ()

    model = model_of({"Resources": {"A": QUEUE, "B": QUEUE}})
    check(model, crash=True)
    assert seen == [model]


def test_a_finding_is_never_worse_than_its_rule(registered: dict[str, Rule]) -> None:
    """A finding of a warning is a warning; one of an error may be milder."""

    @make("JQ-01", Severity.WARNING)
    def mild(queue: JobQueue) -> Findings:
        """Warns."""
        yield Finding(queue, "mild", severity=Severity.ERROR)

    @make("JQ-02")
    def softened(queue: JobQueue) -> Findings:
        """Warns this time."""
        yield Finding(queue, "softened", severity=Severity.WARNING)

    findings = check(model_of({"Resources": {"Queue": QUEUE}}))
    assert {f.severity for f in findings} == {Severity.WARNING}


def test_a_rule_needs_an_id_a_chapter_and_a_sentence(registered: dict[str, Rule]) -> None:
    """The registry refuses a rule that could not be documented."""
    with pytest.raises(ValueError, match="look like JQ-07"):
        rule("Queue", chapter="Job Queues", severity=Severity.ERROR, remedy="")
    with pytest.raises(ValueError, match="title of the AWS Batch User Guide"):
        rule("JQ-01", chapter="Queues", severity=Severity.ERROR, remedy="")(lambda queue: iter(()))
    with pytest.raises(ValueError, match="got ''"):
        rule("JQ-01", severity=Severity.ERROR, remedy="")(lambda queue: iter(()))
    with pytest.raises(ValueError, match="docstring"):
        make("JQ-01")(lambda queue: iter(()))


def test_findings_come_in_the_order_of_the_template() -> None:
    """Findings are in the order of the resources, not of the rules."""
    model = model_of({"Resources": {"B": QUEUE, "A": QUEUE}})
    assert [f.logical_id for f in check(model, select=["JQ-01", "JQ-07"])] == ["B", "B", "A", "A"]


def test_acknowledged_rules_are_left_out(tmp_path: Path) -> None:
    """A rule that is acknowledged on a construct is silent there and below, and nowhere else."""
    queues = {name: {**QUEUE, "Metadata": {"aws:cdk:path": f"Stack/{name}/Resource"}} for name in ("A", "B")}
    accepted = {"type": "aws:cdk:acknowledged-rules", "data": {"batch-constructs::JQ-07": "it is a test"}}
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "t.json"},
        "metadata": {"/Stack/A": [accepted], "/Stack/B": [{**accepted, "data": {"other::JQ-07": ""}}]},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Stack": stack}}))
    (tmp_path / "t.json").write_text(json.dumps({"Resources": queues}))
    found = check(read(tmp_path), select=["JQ-01", "JQ-07"], acknowledged=False)
    assert [(f.logical_id, f.rule_id) for f in found] == [("A", "JQ-01"), ("B", "JQ-01"), ("B", "JQ-07")]
    assert len(check(read(tmp_path), select=["JQ-01", "JQ-07"])) == 4
