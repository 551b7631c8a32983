"""Pages of long answers."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from batch_constructs.local.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_RESULTS = 100


def paged(
    name: str, items: Sequence[Any], request: dict[str, Any], limit: int = MAX_RESULTS
) -> dict[str, Any]:
    """Return one page of items as an answer, with a token for the next one.

    Args:
        name: The member of the answer that holds the items.
        items: All items, in an order that does not change.
        request: The request, with ``maxResults`` and ``nextToken``.
        limit: The most that a page holds, and what it holds by default.

    Raises:
        ClientError: The token is none of ours.
    """
    size = min(request.get("maxResults") or limit, limit)
    try:
        start = int(base64.urlsafe_b64decode(request["nextToken"])) if request.get("nextToken") else 0
    except (ValueError, binascii.Error):
        raise ClientError("The nextToken is invalid.") from None
    answer: dict[str, Any] = {name: list(items[start : start + size])}
    if start + size < len(items):
        answer["nextToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return answer
