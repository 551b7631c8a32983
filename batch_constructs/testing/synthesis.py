"""From a stack in a test to what synth writes."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack, Stage
from constructs import Construct

from batch_constructs._border.arguments import WrongArgumentError

__all__ = ["belongs", "synthesized"]


def synthesized(scope: Stack | Stage) -> Path:
    """The cloud assembly of a stack's app, or of an app or stage; rules at synth do not stop it.

    Raises:
        WrongArgumentError: it is something else.
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
        # The rules at synth stop it after the templates are written, and so do other validation plugins.
        if "ValidationFailed" not in str(error):
            raise
        return Path(stage.outdir)


def belongs(file: str, scope: Stack | Stage) -> bool:
    """Whether a template is the one of a stack; all are those of an app."""
    return not isinstance(scope, Stack) or Path(file).name == Path(str(scope.template_file)).name
