"""The synthesis of stacks in tests."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack, Stage
from constructs import Construct

from batch_constructs._border.arguments import WrongArgumentError

__all__ = ["belongs", "synthesized"]


def synthesized(scope: Stack | Stage) -> Path:
    """Synthesize a stack's app, or an app or stage, and return the cloud assembly; rules at synth do not stop it.

    Raises:
        WrongArgumentError: the scope is something else.
        ValueError: the stack belongs to no app.
    """
    if not isinstance(scope, Stack | Stage):
        other = (
            "give the stack that it is in"
            if isinstance(scope, Construct)
            else "batch-constructs check reads templates and folders"
        )
        raise WrongArgumentError(
            f"scope must be an app, a stage, or a stack of one, got a {type(scope).__name__}: {other}"
        )
    stage = Stage.of(scope) if isinstance(scope, Stack) else scope
    if stage is None:
        raise ValueError("scope must be an app, a stage, or a stack of one")
    try:
        return Path(stage.synth(force=True).directory)
    except RuntimeError as error:
        # Rules at synth and other validation plugins fail after the templates are written.
        if "ValidationFailed" not in str(error):
            raise
        return Path(stage.outdir)


def belongs(file: str, scope: Stack | Stage) -> bool:
    """Return whether a template belongs to the scope: an app has all, a stack its own."""
    return not isinstance(scope, Stack) or Path(file).name == Path(str(scope.template_file)).name
