"""The last output of an app whose synth was stopped by rules: the findings, instead of a traceback through jsii.

Under ``cdk synth`` the CDK's command line reports findings, and this module prints nothing. Under ``python app.py`` the
CDK raises an error that users do not catch, and Python would print 33 lines of jsii after the findings.
``sys.excepthook`` is Python's place to replace that. It is set only in an app that is about to stop, only if nobody else
has set it, and it passes on every other error. An error that is caught, as in a test, never reaches it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["end_with"]


class _Hook:
    """A hook that prints the findings of a stopped synth, and leaves other errors to Python."""

    def __init__(self) -> None:
        # The lines by the folder of the assembly, which the error names: a process may synthesize several apps.
        self.words: dict[str, Sequence[str]] = {}

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said = str(error)
        words = next((words for folder, words in self.words.items() if f"{folder}/" in said), None)
        if words is None or "ValidationFailed" not in said:
            sys.__excepthook__(kind, error, trace)
            return
        sys.stderr.write("\n".join([*words, f"the report is in {said.rpartition(': ')[2]}", ""]))


def end_with(folder: str, words: Sequence[str]) -> None:
    """Print these lines if the app ends with the error of its synth; the exit status stays 1.

    Args:
        folder: The name of the assembly's folder.
        words: The lines.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _Hook()
    if isinstance(sys.excepthook, _Hook):
        sys.excepthook.words[folder] = words
