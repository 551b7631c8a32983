"""A second start with a changed template: the resources follow it, the jobs stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.local.executors import RecordedExecutor
from batch_constructs.local.plan import plan
from batch_constructs.local.session import open_session

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = "{Action: CANCEL, MaxTimeSeconds: 600, Reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', State: RUNNABLE}"
TEMPLATE = """
Resources:
  Place:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      State: {place}
      ComputeResources: {{Type: FARGATE, MaxvCpus: {most}, Subnets: [subnet-1], SecurityGroupIds: [sg-1]}}
  Line:
    Type: AWS::Batch::JobQueue
    Properties:
      Priority: 1
      {limit}
      ComputeEnvironmentOrder: [{{Order: 1, ComputeEnvironment: !Ref Place}}]
"""


def test_what_the_template_no_longer_says_is_gone(tmp_path: Path) -> None:
    """A time limit that was taken out, a smaller maximum and a disabled environment hold after the next start."""
    template = tmp_path / "template.yaml"
    template.write_text(
        TEMPLATE.format(place="ENABLED", most=8, limit=f"JobStateTimeLimitActions: [{LIMIT}]")
    )
    first = open_session(plan(template), RecordedExecutor(), tmp_path / "state")
    arn = first.batch.resources.environments["Place"]["computeEnvironmentArn"]
    first.batch.close()
    template.write_text(TEMPLATE.format(place="DISABLED", most=4, limit=""))
    batch = open_session(plan(template), RecordedExecutor(), tmp_path / "state").batch
    batch.close()
    environment, queue = batch.resources.environments["Place"], batch.resources.queues["Line"]
    assert "jobStateTimeLimitActions" not in queue
    assert batch.engine.queues["Line"].time_limits == []
    assert (environment["state"], environment["computeResources"]["maxvCpus"]) == ("DISABLED", 4)
    assert environment["computeEnvironmentArn"] == arn
