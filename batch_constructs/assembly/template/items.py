"""Lists of a template, in which some elements may be unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

from batch_constructs.assembly.template.unknown import Unknown, is_known

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Items(Sequence[T_co], Generic[T_co]):
    """A list of the template: the elements that are there for certain, in order.

    ``complete`` is false if there may be more of them; ``given`` tells an empty list from an omitted one.
    """

    __slots__ = ("_elements", "complete", "given")

    def __init__(self, elements: Iterable[T_co] = (), *, complete: bool = True, given: bool = True) -> None:
        self._elements = tuple(elements)
        self.complete = complete
        self.given = given

    def __len__(self) -> int:
        return len(self._elements)

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, index: int | slice) -> T_co | tuple[T_co, ...]:
        return self._elements[index]

    def __iter__(self) -> Iterator[T_co]:
        return iter(self._elements)

    def __repr__(self) -> str:
        return f"Items({self._elements!r}{'' if self.complete else ', …'})"

    @property
    def empty(self) -> bool:
        """Return whether it is certain that there is no element."""
        return self.complete and not self._elements


def literals(items: Iterable[T | Unknown | None]) -> list[T]:
    """Return the elements that are known."""
    return [item for item in items if is_known(item)]
