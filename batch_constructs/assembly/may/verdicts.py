"""Verdicts without steps, for the parts of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.proofs import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
_INVERSE = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return *no* if one verdict is *no*, *yes* if all are *yes*, else *unknown*."""
    result = YES
    for verdict in verdicts:
        if verdict is NO:
            return NO
        if verdict is UNKNOWN:
            result = UNKNOWN
    return result


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return *yes* if one verdict is *yes*, *no* if all are *no*, else *unknown*."""
    return inverse(all_of(map(inverse, verdicts)))


def inverse(verdict: Verdict) -> Verdict:
    """Return *no* for *yes*, *yes* for *no*; *unknown* stays."""
    return _INVERSE[verdict]


def at_most_unknown(verdict: Verdict) -> Verdict:
    """Return *unknown* in place of *yes*, for something that may not exist."""
    return UNKNOWN if verdict is YES else verdict
