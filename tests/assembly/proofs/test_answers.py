"""How answers of proofs combine."""

from __future__ import annotations

from itertools import product

import pytest

from batch_constructs.assembly.proofs import Answer, Step, Verdict, along, every, some, whichever

NO, UNKNOWN, YES = Verdict.NO, Verdict.UNKNOWN, Verdict.YES
# From the worst to the best.
ORDER = [NO, UNKNOWN, YES]


def answer(verdict: Verdict) -> Answer:
    return Answer(verdict, (Step("Table", f"it says {verdict}", verdict),))


@pytest.mark.parametrize(("one", "other"), list(product(ORDER, ORDER)))
def test_all_is_the_worst_and_one_is_the_best(one: Verdict, other: Verdict) -> None:
    """Three-valued logic: a conjunction is as good as its worst part, a disjunction as good as its best."""
    both = [answer(one), answer(other)]
    assert (every(both).verdict, some(both).verdict) == (
        min(one, other, key=ORDER.index),
        max(one, other, key=ORDER.index),
    )


def test_no_answers() -> None:
    """Without requirements everything is fine; without alternatives nothing is."""
    assert (every([]).verdict, some([]).verdict) == (YES, NO)


def test_only_deciding_steps_are_kept() -> None:
    """The steps are those of the answers that decided, so that the reader sees the cause."""
    assert every([answer(YES), answer(NO)]).steps == answer(NO).steps


def test_the_cause_is_the_deciding_step() -> None:
    """``because`` names the first step that decides, after those that let the request pass."""
    passed, stopped = Step("Subnet", "a route", YES), Step("Group", "nothing out", NO)
    assert Answer(NO, (passed, stopped)).because == stopped


def test_a_step_is_one_line() -> None:
    """A step reads as place and reason."""
    assert str(Step("Group", "allows nothing out", NO)) == "Group: allows nothing out"


def test_a_path_is_as_good_as_its_worst_step() -> None:
    """One hop that stops the traffic decides; otherwise one unknown hop leaves the answer open. All hops are kept."""
    steps = {verdict: Step("Hop", str(verdict), verdict) for verdict in ORDER}
    assert along([steps[YES], steps[UNKNOWN], steps[NO]]) == Answer(
        NO, (steps[YES], steps[UNKNOWN], steps[NO])
    )
    assert along([steps[UNKNOWN], steps[YES]]).verdict is UNKNOWN
    assert along([]).verdict is YES


@pytest.mark.parametrize(("one", "other"), list(product(ORDER, ORDER)))
def test_one_of_two_cases_applies(one: Verdict, other: Verdict) -> None:
    """Where the template does not say which case applies, only what both have in common is certain."""
    assert whichever([answer(one), answer(other)]).verdict is (one if one is other else UNKNOWN)
