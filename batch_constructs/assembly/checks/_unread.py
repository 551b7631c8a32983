"""What a check leaves out of a model, in sentences for its reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template.choices import plan_deployments

if TYPE_CHECKING:
    from batch_constructs.assembly.template import BatchModel


def unread(model: BatchModel) -> tuple[str, ...]:
    """Return what was not looked at, one sentence each, after `check` was called with the model."""
    hidden = [f"{sentence}; what seems to be missing without it is not reported" for sentence in model.unread]
    return (*model.repeated, *hidden, *plan_deployments(model).notes)
