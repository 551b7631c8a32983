"""Tools for the tests of your own stacks: snapshots of templates, and assertions about jobs and updates.

Names are loaded on first use: ``TemplateSnapshotExtension`` needs syrupy (``batch-constructs[testing]``), the
assertions do not. The package has a pytest plugin with the fixtures ``template_snapshot`` and ``fast_synth``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batch_constructs.testing.findings import assert_no_findings
    from batch_constructs.testing.local import LocalJob, LocalStack, local_stack
    from batch_constructs.testing.rehearsals import rehearse
    from batch_constructs.testing.running import assert_can_run
    from batch_constructs.testing.snapshots import TemplateSnapshotExtension, normalized
    from batch_constructs.testing.updates import assert_updates_in_place

_HOMES = {
    "LocalJob": "local",
    "LocalStack": "local",
    "TemplateSnapshotExtension": "snapshots",
    "assert_can_run": "running",
    "assert_no_findings": "findings",
    "assert_updates_in_place": "updates",
    "local_stack": "local",
    "normalized": "snapshots",
    "rehearse": "rehearsals",
}

__all__ = [
    "LocalJob",
    "LocalStack",
    "TemplateSnapshotExtension",
    "assert_can_run",
    "assert_no_findings",
    "assert_updates_in_place",
    "local_stack",
    "normalized",
    "rehearse",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
