"""``python -m batch_constructs.cli``."""

from __future__ import annotations

from batch_constructs.cli.commands import main

main()
