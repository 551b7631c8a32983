"""An argument is checked in the same way by every class that has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from tests import defaults
from tests.bad_arguments import ANYTHING_GOES, BAD, ELSEWHERE, HOLDERS, made

if TYPE_CHECKING:
    from aws_cdk import Stack

    from tests.bad_arguments import Bad

CONSTRUCTS = defaults.constructs()
CLASSES = (*CONSTRUCTS, *defaults.values())
# Of other types, enumerations and constructs above all, every value is right.
OPEN_TYPES = re.compile(r"\b(str|int|Number|Size|Duration|Sequence|Mapping|Collection)\b")


def shared() -> dict[str, list[str]]:
    """Return the classes of each argument that at least two of them have."""
    found: dict[str, list[str]] = {}
    for name in CLASSES:
        for argument in defaults.parameters(name):
            found.setdefault(argument, []).append(name)
    return {argument: names for argument, names in found.items() if len(names) > 1}


def is_open(argument: str, name: str) -> bool:
    return bool(OPEN_TYPES.search(str(defaults.parameters(name)[argument].annotation)))


def cases(name: str) -> list[tuple[str, Bad]]:
    """Return the bad values of a class, by its arguments."""
    taken = defaults.parameters(name)
    return [
        (argument, bad)
        for argument in taken
        if name not in ELSEWHERE.get(argument, ())
        for bad in BAD.get(argument, ())
        if bad.beside.keys() <= taken.keys() and name in (bad.only or {name})
    ]


def make(stack: Stack, name: str, given: dict[str, Any]) -> None:
    """Create a construct in the stack, or a value with its construct."""
    import aws_cdk as cdk

    kind = getattr(bc, name)
    if name not in CONSTRUCTS:
        HOLDERS.get(name, lambda *_: None)(stack, kind(**given))
        return
    home = stack.node.root if issubclass(kind, cdk.Stack) else stack
    before = len(home.node.children)
    try:
        kind(home, "It", **given)
    finally:
        assert len(home.node.children) == before, f"{name} leaves something in the tree"


@pytest.mark.parametrize("name", [name for name in CLASSES if cases(name)])
def test_no_class_takes_what_aws_refuses(stack: Stack, name: str) -> None:
    """Fails at the call, in every class, before anything is in the tree."""
    required = defaults.arguments(name, stack)
    for argument, bad in cases(name):
        given = {each: made(stack, value) for each, value in {**bad.beside, argument: bad.value}.items()}
        with pytest.raises((ValueError, TypeError), match=f"(?s){bad.says}"):
            make(stack, name, {**required, **given})


def test_every_shared_argument_has_a_bad_value() -> None:
    """Fails for a new argument of two classes without a bad value, or a note that there is none."""
    open_ = {
        argument for argument, names in shared().items() if any(is_open(argument, each) for each in names)
    }
    assert open_ - BAD.keys() == ANYTHING_GOES
    assert BAD.keys() - shared().keys() == set()


def test_every_class_has_a_case_for_each_argument_that_it_shares() -> None:
    """Fails for a class without any of the values, which would otherwise be forgotten."""
    forgotten = {
        (name, argument)
        for argument, names in shared().items()
        for name in names
        if argument in BAD and argument not in {taken for taken, _ in cases(name)}
    }
    assert forgotten == {(name, argument) for argument, names in ELSEWHERE.items() for name in names}


def test_no_argument_takes_a_value_of_another_type(stack: Stack) -> None:
    """Every argument has a type, so a complex number is refused with the argument's name."""
    import aws_cdk as cdk

    taken = []
    for name in CLASSES:
        home = cdk.Stack(stack, name)
        required = defaults.arguments(name, home)
        for argument in defaults.parameters(name):
            try:
                make(home, name, {**required, argument: 3j})
            except bc.WrongArgumentError as error:
                if re.search(rf"\b{argument}\b", str(error)):
                    continue
            taken.append(f"{name}({argument}=)")
    assert taken == []
