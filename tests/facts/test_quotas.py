"""The quotas."""

from __future__ import annotations

from batch_constructs.facts import quotas


def test_quotas_are_those_of_the_guide() -> None:
    """The defaults of an account in one Region."""
    assert (quotas.JOB_QUEUES.value, quotas.COMPUTE_ENVIRONMENTS.value) == (50, 50)
    assert quotas.ENVIRONMENTS_PER_QUEUE.value == 3
    assert quotas.JOB_DEFINITION_BYTES.value == 24_576
    assert quotas.SUBMIT_JOB_BYTES.value == 30_720
    assert quotas.NODES.value == 1_000


def test_the_three_environments_of_a_queue_can_become_more() -> None:
    """AWS has raised it for customers (terraform-provider-aws#20764), so a rule may only warn."""
    assert quotas.ENVIRONMENTS_PER_QUEUE.adjustable
    assert not quotas.JOB_DEFINITION_BYTES.adjustable
