"""Pairs the stacks of the old and the new assembly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from batch_constructs.assembly.template import BatchModel, Stack

    Pair = tuple[Stack | None, Stack | None]


def pair_stacks(old: BatchModel, new: BatchModel) -> Iterator[Pair]:
    """Yield pairs of stacks, nested ones by the logical id of their resource, as CloudFormation identifies them.

    Stacks of a cloud assembly are paired by name, within an account and Region. Plain templates have only the name of their file, so those are paired
    by the file's path in its folder, then by its name, then by the resources of AWS Batch that they share. A single
    stack on each side is always a pair.
    """
    yield from _descend(_match(_roots(old), _roots(new)))


def _descend(pairs: Iterable[Pair]) -> Iterator[Pair]:
    for before, after in pairs:
        yield before, after
        old, new = (stack.nested if stack is not None else {} for stack in (before, after))
        below: list[Pair] = [(child, new.get(name)) for name, child in old.items()]
        below += [(None, child) for name, child in new.items() if name not in old]
        yield from _descend(below)


def _match(old: list[Stack], new: list[Stack]) -> list[Pair]:
    """Return the pairs in the order of the old stacks, then the remaining new stacks."""
    pairs: dict[Stack, Stack] = {}
    left = list(new)

    def pair(before: Stack, after: Stack) -> None:
        pairs[before] = after
        left.remove(after)

    for key in (_place, _name):
        for before, after in _by_key([s for s in old if s not in pairs], left, key):
            # In another account or Region it is another stack, and the old one stays.
            if same_place(before, after):
                pair(before, after)
    if len(old) == len(new) == 1 and left and same_place(old[0], left[0]):
        pair(old[0], left[0])
    while candidates := [
        (shared, before, after)
        for before in old
        if before not in pairs
        for after in left
        if (before.place or after.place) and (shared := _shared(before, after))
    ]:
        _, before, after = max(candidates, key=lambda each: each[0])
        pair(before, after)
    return [*((stack, pairs.get(stack)) for stack in old), *((None, stack) for stack in left)]


def same_place(one: Stack, other: Stack) -> bool:
    """Return whether two stacks may be in the same account and Region, as far as a cloud assembly fixes them."""
    both = one.environment.keys() & other.environment.keys() & {"AWS::AccountId", "AWS::Region"}
    return all(one.environment[name] == other.environment[name] for name in both)


def _by_key(old: list[Stack], new: list[Stack], key: Callable[[Stack], str]) -> list[tuple[Stack, Stack]]:
    """Return the pairs of stacks with a key that is unique on both sides."""
    counts = [Counter(map(key, side)) for side in (old, new)]
    after = {key(stack): stack for stack in new}
    return [
        (stack, after[name])
        for stack in old
        if (name := key(stack)) and name in after and counts[0][name] == counts[1][name] == 1
    ]


def _place(stack: Stack) -> str:
    return stack.place


def _name(stack: Stack) -> str:
    return stack.name


def _shared(old: Stack, new: Stack) -> int:
    """Return how many resources of AWS Batch two templates share, by logical id and type; 0 if fewer than half."""
    batch = [
        {(name, each.type) for name, each in stack.resources.items() if each.type.startswith("AWS::Batch::")}
        for stack in (old, new)
    ]
    shared = len(batch[0] & batch[1])
    return shared if 2 * shared >= len(batch[0]) else 0


def _roots(model: BatchModel) -> list[Stack]:
    nested = {child for stack in model.stacks for child in stack.nested.values()}
    return [stack for stack in model.stacks if stack not in nested]


def root_names(stacks: Iterable[Stack]) -> dict[Stack, str]:
    """Return the name of the root stack for each stack, because nested stacks are deployed with their root."""
    every = list(stacks)
    parents = {child: stack for stack in every for child in stack.nested.values()}
    roots: dict[Stack, str] = {}
    for stack in every:
        top = stack
        while top in parents:
            top = parents[top]
        roots[stack] = top.name
    return roots
