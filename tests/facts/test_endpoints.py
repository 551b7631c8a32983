"""The endpoints."""

from __future__ import annotations

from batch_constructs.facts import endpoints


def test_fargate_needs_fewer_endpoints_than_instances() -> None:
    """Only instances run the ECS agent, which calls ECS."""
    assert set(endpoints.EC2_JOBS) - set(endpoints.FARGATE_JOBS) == {"ecs", "ecs-agent", "ecs-telemetry"}
    assert set(endpoints.FARGATE_JOBS) == {"ecr.api", "ecr.dkr", "logs"}
