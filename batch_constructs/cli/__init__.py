"""The command line."""

from __future__ import annotations

from batch_constructs.cli.commands import main

__all__ = ["main"]
