"""The variables of jobs."""

from __future__ import annotations

from batch_constructs.facts.job_environment import BatchEnv
from batch_constructs.facts.patterns import ENVIRONMENT_VARIABLE


def test_names_are_those_of_the_guide() -> None:
    """Each constant is its variable without the prefix, and a plain string."""
    assert all(each.value == f"AWS_BATCH_{each.name}" for each in BatchEnv)
    assert f"${BatchEnv.JOB_ARRAY_INDEX}" == "$AWS_BATCH_JOB_ARRAY_INDEX"


def test_nobody_can_set_them() -> None:
    """A definition or an override that sets one of them fails."""
    assert not any(ENVIRONMENT_VARIABLE.matches(each) for each in BatchEnv)
