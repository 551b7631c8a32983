"""Which stack of the new assembly takes the place of which old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batch_constructs.assembly.template import BatchModel, Stack


def pair_stacks(old: BatchModel, new: BatchModel) -> Iterator[tuple[Stack | None, Stack | None]]:
    """Pair stacks by name, nested ones by their resource.

    A single stack on each side is a pair whatever the names: those of plain templates come from their files.
    """
    yield from _pair(_roots(old), _roots(new))


def _pair(old: dict[str, Stack], new: dict[str, Stack]) -> Iterator[tuple[Stack | None, Stack | None]]:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    renamed = {gone[0]: come[0]} if len(gone) == len(come) == len(old) == len(new) == 1 else {}
    for name, stack in old.items():
        other = new.get(renamed.get(name, name))
        yield stack, other
        yield from _pair(stack.nested, other.nested if other is not None else {})
    for name in come:
        if name not in renamed.values():
            yield None, new[name]
            yield from _pair({}, new[name].nested)


def _roots(model: BatchModel) -> dict[str, Stack]:
    nested = {id(child) for stack in model.stacks for child in stack.nested.values()}
    return {stack.name: stack for stack in model.stacks if id(stack) not in nested}


def root_names(stacks: Iterable[Stack]) -> dict[int, str]:
    """The name of the stack at the top, for each stack by its ``id``: nested stacks are deployed with it."""
    every = list(stacks)
    parents = {id(child): stack for stack in every for child in stack.nested.values()}
    roots: dict[int, str] = {}
    for stack in every:
        top = stack
        while id(top) in parents:
            top = parents[id(top)]
        roots[id(stack)] = top.name
    return roots
