"""Pages of long answers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeVar

from batch_constructs.local.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")

MAX_RESULTS = 100
_MAX_DIGITS = 12


def paged(
    name: str,
    items: Sequence[Item],
    request: dict[str, Any],
    limit: int = MAX_RESULTS,
    show: Callable[[Item], Any] = lambda item: item,
) -> dict[str, Any]:
    """Return one page of items as an answer, with a token for the next one.

    Args:
        name: The member of the answer that holds the items.
        items: All items, in an order that does not change.
        request: The request, with ``maxResults`` and ``nextToken``.
        limit: The most that a page holds, and what it holds by default.
        show: Turns an item into its form in the answer; called for the items of the page only.

    Raises:
        ClientError: The size of the page is below 1, or the token is not one of ours.
    """
    size = min(request.get("maxResults", limit), limit)
    if size < 1:
        raise ClientError(f"maxResults must be from 1 to {limit}, got {size}")
    start = _position(request.get("nextToken", ""))
    answer: dict[str, Any] = {name: [show(each) for each in items[start : start + size]]}
    if start + size < len(items):
        answer["nextToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return answer


def _position(token: str) -> int:
    if not token:
        return 0
    try:
        digits = base64.urlsafe_b64decode(token.encode())
    except ValueError:  # malformed base64 raises one, too
        digits = b""
    if not digits.isdigit():
        raise ClientError("The nextToken is invalid.")
    return int(digits[:_MAX_DIGITS])
