"""The pytest plugin: fixtures for tests of CDK stacks. It imports the CDK and syrupy only when they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fast_synth", "template_snapshot"]


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
