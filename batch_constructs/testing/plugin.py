"""The pytest plugin: fixtures for tests of CDK stacks. It imports the CDK and syrupy only when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batch_constructs.testing.local import LocalStack

__all__ = ["fast_synth", "local_batch", "template_snapshot"]


@pytest.fixture
def local_batch(tmp_path: Path) -> Iterator[Callable[..., LocalStack]]:
    """Run jobs of a stack on this machine: ``local_batch(stack).submit("Align").wait().exit_code``.

    It takes what `batch_constructs.testing.local_stack` takes, except for the folder. Jobs that still run at the end of
    the test are stopped.
    """
    from batch_constructs.testing.local import local_stack  # noqa: PLC0415 - only when it is used

    opened: list[LocalStack] = []

    def open_stack(source: Any, **options: Any) -> LocalStack:
        opened.append(local_stack(source, tmp_path / f"local-batch-{len(opened)}", **options))
        return opened[-1]

    yield open_stack
    for each in opened:
        each.close()


@pytest.fixture
def template_snapshot(request: pytest.FixtureRequest) -> Any:
    """Compare a stack, or a template as data, with its reviewed template: ``assert stack == template_snapshot``."""
    try:
        snapshot = request.getfixturevalue("snapshot")
    except pytest.FixtureLookupError:
        pytest.fail("template_snapshot needs syrupy: pip install 'batch-constructs[testing]'", pytrace=False)
    from batch_constructs.testing.snapshots import TemplateSnapshotExtension  # noqa: PLC0415 - needs syrupy

    return snapshot.use_extension(TemplateSnapshotExtension)


@pytest.fixture(scope="session")
def fast_synth() -> Iterator[None]:
    """Turn off the CDK's own validation of templates, which takes 3 seconds in each process.

    Use it if the rules of this library, or cfn-lint, check the same templates anyway:
    ``pytestmark = pytest.mark.usefixtures("fast_synth")``.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "false")
        yield
