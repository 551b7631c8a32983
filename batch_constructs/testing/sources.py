"""Templates for tests: of a path, or of constructs that are synthesized."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import Stack, Stage


def templates_of(source: Stack | Stage | str | os.PathLike[str]) -> str | os.PathLike[str]:
    """Return the path of a template or a cloud assembly; a stack or an app is synthesized.

    Raises:
        ValueError: The stack belongs to no app.
    """
    if isinstance(source, str | os.PathLike):
        return source
    from batch_constructs.testing.synthesis import synthesized  # noqa: PLC0415 - needs the CDK

    return synthesized(source)
