'''The rules that a template must keep so that its jobs will run, and the engine that applies them.

To add a rule, write one function in the module of its family (``job_queues.py``; a new module is found by itself)::

    @rule(
        "JQ-07",
        chapter="Job Queue Parameters",
        severity=Severity.ERROR,
        remedy="choose a priority from 0 to 1000",
    )
    def priority_in_range(queue: JobQueue) -> Iterator[Finding]:
        """A job queue's priority lies between 0 and 1000."""
        yield from outside(limits.QUEUE_PRIORITY, queue, "Priority", queue.priority)

    @rule("JQ-04", chapter="Creating a Job Queue", severity=Severity.ERROR, remedy="give the queue …")
    def one_architecture(queue: JobQueue) -> Iterator[Finding]:
        """All environments of a job queue have one architecture."""
        for entry in queue.compute_environment_order:
            if ...:
                yield Finding(entry, f"…, got {…}", at="ComputeEnvironment")

- The docstring is the guide's sentence. Numbers come from ``batch_constructs.facts``.
- The annotated subject says what it is called with: each resource or structure of that kind, wherever it occurs
  (``RetryStrategy``, ``Container``), or once the whole `BatchModel`. A second parameter ``batch: BatchModel`` gets the
  model, for what goes across resources. View classes are imported for types only.
- Silence about the unknown: a scalar is its value, ``None`` (not given) or an `Unknown` that raises when it is
  compared. `known`, `is_one_of`, `is_none_of` are false for it; a list says with ``complete`` whether it is all.
- A fact from an uncertain source is a warning: ``Finding(..., severity=Severity.WARNING)`` if only this finding is.

Then write its pair, ``tests/assembly/checks/corpus/JQ-07.yaml``: fragments that it catches, each with all
findings and their places, and twins at the boundary that it lets pass. A test fails for a rule without one.
'''

from __future__ import annotations

from batch_constructs.assembly.checks._engine import applied, check
from batch_constructs.assembly.checks._helpers import malformed, miscounted, misspelt, one_of, outside
from batch_constructs.assembly.checks._rules import Finding, Rule, Severity, rule, rules

__all__ = [
    "Finding",
    "Rule",
    "Severity",
    "applied",
    "check",
    "malformed",
    "miscounted",
    "misspelt",
    "one_of",
    "outside",
    "rule",
    "rules",
]
