'''The rules that a template must follow so that its jobs can run, and the engine that applies them.

To add a rule, write one function in the module of its family (``job_queues.py``; a new module is found automatically)::

    CHAPTER = "Job Queue Parameters"


    @rule("JQ-07", severity=ERROR, remedy="choose a priority from 0 to 1000")
    def priority_in_range(queue: JobQueue) -> Iterator[Finding]:
        """A job queue's priority must be 0 to 1000."""
        yield from outside(limits.QUEUE_PRIORITY, queue, "Priority", queue.priority)

    @rule("JQ-04", chapter="Creating a Job Queue", severity=ERROR, remedy="give the queue …")
    def one_architecture(queue: JobQueue) -> Iterator[Finding]:
        """All environments of a job queue must have the same architecture."""
        for entry in queue.compute_environment_order:
            if ...:
                yield Finding(entry, f"…, got {…}", at="ComputeEnvironment")

- The docstring is the guide's sentence. Numbers come from ``batch_constructs.facts``.
- The annotation of the subject decides what the rule is called with: each resource or structure of that kind
  (``RetryStrategy``, ``Container``), or the whole `BatchModel` once. A second parameter ``batch: BatchModel`` receives
  the model, for questions across resources. View classes are imported for types only.
- A rule reports nothing about unknown values: a scalar is its value, ``None`` (omitted) or an `Unknown`, which raises
  when it is compared. `is_known`, `is_one_of`, `is_none_of` return false for it; ``complete`` tells whether a list is whole.
- A rule that rests on a proof registers its questions, ``@rule(…, asks=questions)``, where ``questions(subject, batch)``
  yields each `Question` with its `Answer`. It reports answers that are *no*, with ``Finding(…, proof=answer)``.
- A fact from an uncertain source is a warning; ``Finding(..., severity=Severity.WARNING)`` does this for one finding.

Then write its pair, ``tests/assembly/checks/corpus/JQ-07.yaml``: fragments that break the rule, with all findings and
their places, and valid ones at the limit. A test fails for a rule without such a file.
'''

from __future__ import annotations

from batch_constructs.assembly.checks._engine import applied, check, why
from batch_constructs.assembly.checks._helpers import malformed, miscounted, misspelt, one_of, outside
from batch_constructs.assembly.checks._rules import Finding, Rule, Severity, rule, rules
from batch_constructs.assembly.checks._unread import unread

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
    "unread",
    "why",
]
