"""The use of a job definition in other stacks never blocks its next deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions_tasks as tasks

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/q"
MEMORY = cdk.Size.gibibytes(2)


def ours(scope: cdk.Stack, vcpus: int) -> Any:
    return bc.Ec2JobDefinition(scope, "Job", image=IMAGE, vcpus=vcpus, memory=MEMORY)


def on_eks(scope: cdk.Stack, vcpus: int) -> Any:
    return bc.EksJobDefinition(
        scope, "Job", containers=[bc.EksContainer(image=IMAGE, vcpus=vcpus, memory=MEMORY)]
    )


def l1(scope: cdk.Stack, vcpus: int) -> Any:
    container = batch.CfnJobDefinition.ContainerPropertiesProperty(image=IMAGE, vcpus=vcpus, memory=2048)
    return batch.CfnJobDefinition(scope, "Job", type="container", container_properties=container)


def l2(scope: cdk.Stack, vcpus: int) -> Any:
    container = batch.EcsEc2ContainerDefinition(
        scope, "Container", image=ecs.ContainerImage.from_registry(IMAGE), cpu=vcpus, memory=MEMORY
    )
    return batch.EcsJobDefinition(scope, "Job", container=container)


def chained(scope: cdk.Stack, queue: Any, job: Any) -> None:
    for number, definition in enumerate((job.job_definition_arn, job.job_definition_name)):
        request = bc.SubmitJobRequest(job_name="a", job_queue=queue.job_queue_arn, job_definition=definition)
        bc.JobChainStateMachine(scope, f"Chain{number}", chain=bc.JobChain(jobs={"a": request}))


USES: dict[str, Callable[[cdk.Stack, Any, Any], Any]] = {
    "metrics": lambda s, q, j: bc.JobMetrics(s, "U", job_queues=[q], job_definitions=[j]),
    "metric": lambda s, q, j: cdk.CfnOutput(
        s, "U", value=s.to_json_string(bc.JobDefinitionMetrics(j).metric_failed().dimensions)
    ),
    "alerts": lambda s, q, j: bc.JobFailureAlerts(s, "U", job_queues=[q], job_definitions=[j]),
    "schedule": lambda s, q, j: bc.ScheduledJob(
        s, "U", schedule="rate(1 day)", job_queue=q, job_definition=j
    ),
    "events": lambda s, q, j: bc.EventTriggeredJob(
        s, "U", event_pattern={"source": ["aws.ecr"]}, job_queue=q, job_definition=j
    ),
    "messages": lambda s, q, j: bc.QueuedJob(s, "U", job_queue=q, job_definition=j),
    "grant": lambda s, q, j: q.grant_submit_job(iam.Role(s, "U", assumed_by=iam.AccountRootPrincipal()), j),
}
OUR_USES: dict[str, Callable[[cdk.Stack, Any, Any], Any]] = {
    "register": lambda s, q, j: j.grant_register(iam.Role(s, "U", assumed_by=iam.AccountRootPrincipal())),
    "chain": chained,
    "task of the CDK": lambda s, q, j: tasks.BatchSubmitJob(
        s, "U", job_name="a", job_queue_arn=q.job_queue_arn, job_definition_arn=j.job_definition_arn
    ),
}


def templates(make: Callable[..., Any], use: Callable[..., Any], vcpus: int) -> tuple[dict[str, Any], Any]:
    """Return the templates of a definition, and of its use in another stack."""
    app = cdk.App(context={"batch-constructs:checks": False})
    home, elsewhere = cdk.Stack(app, "Jobs"), cdk.Stack(app, "Watch")
    job = make(home, vcpus)
    use(elsewhere, bc.JobQueue.from_job_queue_arn(elsewhere, "Queue", QUEUE), job)
    made = app.synth()
    return made.get_stack_by_name("Jobs").template, made.get_stack_by_name("Watch").template


def exports(template: dict[str, Any]) -> list[Any]:
    return [each for each in template.get("Outputs", {}).values() if "Export" in each]


@pytest.mark.parametrize(
    ("make", "use"),
    [
        *((make, use) for make in (ours, on_eks, l1, l2) for use in USES),
        *((make, use) for make in (ours, on_eks) for use in OUR_USES),
    ],
)
def test_no_use_exports_a_revision(make: Callable[..., Any], use: str) -> None:
    """CloudFormation refuses to change an export in use: the ARN with its revision is read at the deploy instead."""
    uses = {**USES, **OUR_USES}[use]
    before, reader = templates(make, uses, vcpus=1)
    after, same_reader = templates(make, uses, vcpus=2)
    assert before["Resources"] != after["Resources"]
    assert exports(before) == exports(after) == []
    # The reader's own template stays as it is, so that it needs no deploy.
    assert reader == same_reader
    assert "Fn::ImportValue" not in str(reader)
