"""The retry strategy: it decides whether a failed attempt is repeated.

Source: AWS Batch User Guide, "Automated job retries"; API, EvaluateOnExit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batch_constructs.local.engine.work import ExitRule, Work


def retried(work: Work, number: int, exit_code: int | None, reason: str, status_reason: str) -> bool:
    """Return whether an attempt that failed is repeated.

    The first condition of ``evaluateOnExit`` that matches decides. Where none matches, the job is retried.

    Args:
        work: The job.
        number: The attempt that failed, from 1.
        exit_code: The container's exit code, if it had one.
        reason: The container's reason, such as ``OutOfMemoryError: …``.
        status_reason: The attempt's status reason, such as ``Host EC2 (instance i-…) terminated.``
    """
    if number >= work.attempts:
        return False
    code = "" if exit_code is None else str(exit_code)
    for rule in work.exit_rules:
        if _matches(rule, code, reason, status_reason):
            return rule.retry
    return True


def _matches(rule: ExitRule, code: str, reason: str, status_reason: str) -> bool:
    return (
        _fits(rule.on_exit_code, code)
        and _fits(rule.on_reason, reason)
        and _fits(rule.on_status_reason, status_reason)
    )


def _fits(pattern: str | None, value: str) -> bool:
    """Return whether a value matches a pattern; an asterisk at its end matches any continuation."""
    if pattern is None:
        return True
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return value == pattern
