"""What counts as a small mistake, and which tests are asked first."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.__main__ import EQUIVALENT, draw, is_equivalent
from tests.mutants.mutations import mutations
from tests.mutants.trials import candidates, fitting


@pytest.mark.parametrize(
    ("line", "mistakes"),
    [
        ("a = b < c", ["a = (b <= c)"]),
        ("a = b is None", ["a = (b is not None)"]),
        ("a = b and c", ["a = ((c))", "a = ((b))"]),
        ("a = not b", ["a = (b)"]),
        ("a = 1", ["a = 2"]),
        ("a = True", ["a = False"]),
        ("a = 'word'", ["a = 'wordX'"]),
        ("a = 'a message to a reader'", []),
        ("a = f'{1}'", []),
        ("a: Literal['word']", []),
        ("check(a)", ["pass"]),
        ("while a: break", ["while (not (a)): break", "while a: pass"]),
        ("def f(): yield a", ["def f(): yield from ()"]),
        ("__all__ = ['word']", []),
        ("'''Docstring.'''", []),
    ],
)
def test_mistakes(line: str, mistakes: list[str]) -> None:
    """Each is the line with one decision turned round; prose and annotations are left alone."""
    assert sorted(each.applied(line.encode()).decode() for each in mutations(line.encode())) == sorted(
        mistakes
    )


def test_every_mistake_is_python() -> None:
    """A module that cannot be compiled would be noticed by everything, and say nothing."""
    for line in candidates(["assembly/changes", "monitoring"])[::5]:
        for mutant in line:
            ast.parse(mutant.mistaken)


def test_a_seed_draws_the_same_again() -> None:
    """So that a survivor can be looked at once more."""
    assert draw(5, 1, ["facts"]) == draw(5, 1, ["facts"])
    assert draw(5, 1, ["facts"]) != draw(5, 2, ["facts"])


def test_each_module_has_tests_that_fit() -> None:
    """The nearest first: those of the module, then those of its room."""
    assert fitting("batch_constructs/monitoring/budget.py")[:2] == [
        ["tests/monitoring/test_budget.py"],
        ["tests/monitoring"],
    ]


def test_a_mutant_that_is_explained_is_not_drawn() -> None:
    """A mistake that changes nothing is no gap of the tests."""
    [mutant] = draw(1, 1, ["roles.py"])
    explained = [{"in": mutant.path, "diff": mutant.diff()}]
    assert is_equivalent(mutant, explained)
    assert not is_equivalent(mutant, [{"in": mutant.path, "diff": ["- another line"]}])


def test_explanations_are_complete() -> None:
    """Each says where the mistake is, what it is, and why no test can notice it."""
    assert [each for each in EQUIVALENT if each.keys() != {"in", "diff", "because"}] == []
