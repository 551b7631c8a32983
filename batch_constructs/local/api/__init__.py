"""The AWS Batch API on loopback: routes, validation, paging and one function for each operation."""

from __future__ import annotations

from batch_constructs.local.api.calls import call
from batch_constructs.local.api.server import Server

__all__ = ["Server", "call"]
