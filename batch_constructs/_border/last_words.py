"""What an app says last when the rules have stopped its synth: the findings, in place of a traceback through jsii.

Under ``cdk synth`` the command line reports findings, and nothing here comes up. Under ``python app.py`` the CDK raises, the
error is nobody's to catch, and Python would print 33 lines of jsii below the findings. ``sys.excepthook`` is the place that
Python has for that. It is set only in an app that is about to stop, only where nobody else has set it, and it passes on
every other error. An error that somebody catches, as a test does, never comes to it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["end_with"]


class _Hook:
    """Prints the last words of the synth that has stopped, and leaves other errors to Python."""

    def __init__(self) -> None:
        # By the folder of the assembly, which the error names: a process may synthesize several apps.
        self.words: dict[str, Sequence[str]] = {}

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said = str(error)
        words = next((words for folder, words in self.words.items() if f"{folder}/" in said), None)
        if words is None or "ValidationFailed" not in said:
            sys.__excepthook__(kind, error, trace)
            return
        sys.stderr.write("\n".join([*words, f"the report is in {said.rpartition(': ')[2]}", ""]))


def end_with(folder: str, words: Sequence[str]) -> None:
    """Have an app that nobody rescues end with these lines, and with exit status 1 as before.

    Args:
        folder: The name of the assembly's folder.
        words: The lines.
    """
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _Hook()
    if isinstance(sys.excepthook, _Hook):
        sys.excepthook.words[folder] = words
