"""Running jobs at an update."""

from __future__ import annotations

import pytest

from batch_constructs import UpdatePolicy


@pytest.mark.parametrize(("minutes", "legal"), [(0, False), (1, True), (7200, True), (7201, False)])
def test_the_update_timeout_has_its_range(minutes: int, legal: bool) -> None:
    """1 to 7,200 minutes pass; other values fail when the policy is created."""
    if legal:
        assert UpdatePolicy(job_execution_timeout_minutes=minutes).job_execution_timeout_minutes == minutes
    else:
        with pytest.raises(ValueError, match="job_execution_timeout_minutes must be from 1 to 7,200"):
            UpdatePolicy(job_execution_timeout_minutes=minutes)
