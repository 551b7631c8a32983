"""Resources in another Region or account can never work, and are refused at the call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT, OTHER = "111111111111", "222222222222"
IMAGE = "public.ecr.aws/docker/library/busybox:1.37"


class World:
    """A stack in Ireland, and another one: in another Region, another account, or without an explicit Region."""

    def __init__(self, env: cdk.Environment | None) -> None:
        self.app = cdk.App(context={"batch-constructs:checks": False})
        self.here = cdk.Stack(self.app, "Here", env=cdk.Environment(region="eu-west-1", account=ACCOUNT))
        self.there = cdk.Stack(self.app, "There", env=env)

    @property
    def vpc_there(self) -> ec2.Vpc:
        return ec2.Vpc(self.there, "Vpc")

    def queue(self, stack: cdk.Stack, id: str = "Queue") -> bc.JobQueue:
        vpc = ec2.Vpc.from_vpc_attributes(
            stack, f"{id}Vpc", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
        )
        environment = bc.FargateComputeEnvironment(stack, f"{id}Environment", vpc=vpc)
        return bc.JobQueue(stack, id, compute_environments=[environment])

    def job(self, stack: cdk.Stack) -> bc.Ec2JobDefinition:
        return bc.Ec2JobDefinition(stack, "Job", image=IMAGE, vcpus=1, memory=cdk.Size.gibibytes(1))

    def network(self, stack: cdk.Stack) -> ec2.IVpc:
        return ec2.Vpc.from_vpc_attributes(
            stack, "Network", vpc_id="vpc-1", availability_zones=["a"], private_subnet_ids=["subnet-1"]
        )


def in_vpc(kind: Any, **more: Any) -> Callable[[World], Any]:
    return lambda w: kind(w.here, "It", vpc=w.vpc_there, **more)


def with_group(kind: Any, **more: Any) -> Callable[[World], Any]:
    def make(world: World) -> Any:
        group = ec2.SecurityGroup(world.there, "Group", vpc=world.network(world.there))
        return kind(world.here, "It", vpc=world.network(world.here), security_groups=[group], **more)

    return make


def chain(world: World, queue: str, definition: str) -> bc.JobChainStateMachine:
    request = bc.SubmitJobRequest(job_name="a", job_queue=queue, job_definition=definition)
    return bc.JobChainStateMachine(world.here, "It", chain=bc.JobChain(jobs={"a": request}))


def l2_queue(world: World) -> Any:
    return batch.JobQueue.from_job_queue_arn(
        world.here, "L2", f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/q"
    )


# What never works across Regions, by the argument that is named.
ACROSS_REGIONS: dict[str, Callable[[World], Any]] = {
    "vpc of Ec2": in_vpc(bc.Ec2ComputeEnvironment),
    "vpc of Spot": in_vpc(bc.SpotComputeEnvironment),
    "vpc of Gpu": in_vpc(bc.GpuComputeEnvironment, instance_types=["g6"], max_vcpus=8),
    "vpc of Efa": in_vpc(bc.EfaComputeEnvironment, instance_types=["p5.48xlarge"], max_vcpus=192),
    "vpc of Fargate": in_vpc(bc.FargateComputeEnvironment),
    "vpc of ManagedInstances": in_vpc(bc.ManagedInstancesComputeEnvironment),
    "vpc of the platform": in_vpc(bc.BatchPlatform),
    "security_groups of Spot": with_group(bc.SpotComputeEnvironment),
    "security_groups of Fargate": with_group(bc.FargateComputeEnvironment),
    "launch_template": lambda w: bc.Ec2ComputeEnvironment(
        w.here,
        "It",
        vpc=w.network(w.here),
        launch_template=bc.BatchLaunchTemplate(w.there, "Template"),
    ),
    "launch_template as an override": lambda w: bc.Ec2ComputeEnvironment(
        w.here,
        "It",
        vpc=w.network(w.here),
        instance_types=["c7i"],
        launch_template_overrides=[
            bc.LaunchTemplateOverride(
                launch_template=bc.BatchLaunchTemplate(w.there, "Template"), target_instance_types=["c7i"]
            )
        ],
    ),
    "key_pair": lambda w: bc.Ec2ComputeEnvironment(
        w.here, "It", vpc=w.network(w.here), key_pair=ec2.KeyPair(w.there, "Key")
    ),
    "compute_environments of a queue": lambda w: bc.JobQueue(
        w.here,
        "It",
        compute_environments=[bc.UnmanagedComputeEnvironment(w.there, "Environment")],
    ),
    "scheduling_policy": lambda w: bc.JobQueue(
        w.here,
        "It",
        compute_environments=[bc.UnmanagedComputeEnvironment(w.here, "Environment")],
        scheduling_policy=bc.FairSharePolicy(w.there, "Policy"),
    ),
    "service_environment": lambda w: bc.SageMakerJobQueue(
        w.here,
        "It",
        service_environment=bc.ServiceEnvironment(
            w.there, "Environment", capacity_limits=[bc.CapacityLimit(max_capacity=1)]
        ),
    ),
    "job_queues of alerts": lambda w: bc.JobFailureAlerts(w.here, "It", job_queues=[w.queue(w.there)]),
    "job_definitions of alerts": lambda w: bc.JobFailureAlerts(
        w.here, "It", job_definitions=[w.job(w.there)]
    ),
    "topic of alerts": lambda w: bc.StuckJobAlerts(w.here, "It", topic=sns.Topic(w.there, "Topic")),
    "job_queues of blocked": lambda w: bc.JobQueueBlockedAlerts(w.here, "It", job_queues=[w.queue(w.there)]),
    "compute_environments of alerts": lambda w: bc.ComputeEnvironmentAlerts(
        w.here,
        "It",
        check_every=cdk.Duration.hours(1),
        compute_environments=[bc.UnmanagedComputeEnvironment(w.there, "Environment")],
    ),
    "job_queues of the four": lambda w: bc.BatchAlerts(w.here, "It", job_queues=[w.queue(w.there)]),
    "job_queues of alarms": lambda w: bc.BatchAlarms(w.here, "It", job_queues=[w.queue(w.there)]),
    "topic of alarms": lambda w: bc.BatchAlarms(
        w.here, "It", job_queues=[w.queue(w.here)], topic=sns.Topic(w.there, "Topic")
    ),
    "job_queues of metrics": lambda w: bc.JobMetrics(w.here, "It", job_queues=[w.queue(w.there)]),
    "job_definitions of metrics": lambda w: bc.JobMetrics(w.here, "It", job_definitions=[w.job(w.there)]),
    "job_queues of a dashboard with metrics of its own": lambda w: bc.BatchDashboard(
        w.here, "It", job_queues=[w.queue(w.there)]
    ),
    "job_queues of the log": lambda w: bc.JobEventLog(w.here, "It", job_queues=[w.queue(w.there)]),
    "job_queue of a schedule": lambda w: bc.ScheduledJob(
        w.here, "It", schedule="rate(1 day)", job_queue=w.queue(w.there), job_definition=w.job(w.here)
    ),
    "job_definition of a schedule": lambda w: bc.ScheduledJob(
        w.here, "It", schedule="rate(1 day)", job_queue=w.queue(w.here), job_definition=w.job(w.there)
    ),
    "job_queue of events": lambda w: bc.EventTriggeredJob(
        w.here,
        "It",
        event_pattern={"source": ["aws.ecr"]},
        job_queue=w.queue(w.there),
        job_definition=w.job(w.here),
    ),
    "bucket": lambda w: bc.S3TriggeredJob(
        w.here,
        "It",
        bucket=s3.Bucket(w.there, "Bucket"),
        job_queue=w.queue(w.here),
        job_definition=w.job(w.here),
    ),
    "source": lambda w: bc.QueuedJob(
        w.here,
        "It",
        source=sqs.Queue(w.there, "Source"),
        job_queue=w.queue(w.here),
        job_definition=w.job(w.here),
    ),
    "job_queue of a chain": lambda w: chain(w, w.queue(w.there).job_queue_arn, "job"),
    "job_definition of a chain": lambda w: chain(w, "queue", w.job(w.there).job_definition_arn),
    "state_machine": lambda w: bc.ScheduledJobChain(
        w.here,
        "It",
        schedule="rate(1 day)",
        state_machine=bc.JobChainStateMachine(
            w.there,
            "Chain",
            chain=bc.JobChain(
                jobs={"a": bc.SubmitJobRequest(job_name="a", job_queue="q", job_definition="d")}
            ),
        ),
    ),
}
# By ARN, without a stack of another Region.
IMPORTED: dict[str, Callable[[World], Any]] = {
    "job_queues": lambda w: bc.BatchAlarms(w.here, "It", job_queues=[l2_queue(w)]),
    "job_queue": lambda w: bc.ScheduledJob(
        w.here,
        "It",
        schedule="rate(1 day)",
        job_queue=bc.JobQueue.from_job_queue_arn(
            w.here, "Imported", f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/q"
        ),
        job_definition=w.job(w.here),
    ),
    "compute_environments": lambda w: bc.JobQueue(
        w.here,
        "It",
        compute_environments=[
            bc.Ec2ComputeEnvironment.from_compute_environment_arn(
                w.here, "Imported", f"arn:aws:batch:us-east-1:{ACCOUNT}:compute-environment/e"
            )
        ],
    ),
    "job_definition": lambda w: chain(w, "queue", f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/d:1"),
}
# What may be shared between accounts, or told across them.
ACROSS_ACCOUNTS_FINE = {"vpc", "security_groups", "topic", "bucket"}


@pytest.mark.parametrize("case", ACROSS_REGIONS)
def test_fails_when_something_is_in_another_region(case: str) -> None:
    """The message names the argument, both Regions and the resource."""
    argument = case.split(maxsplit=1)[0]
    world = World(cdk.Environment(region="us-east-1", account=ACCOUNT))
    with pytest.raises(
        ValueError, match=rf"{argument} must be in the Region of the stack 'Here', eu-west-1.*us-east-1"
    ):
        ACROSS_REGIONS[case](world)


@pytest.mark.parametrize(
    "case", [each for each in ACROSS_REGIONS if each.split()[0] not in ACROSS_ACCOUNTS_FINE]
)
def test_fails_when_something_is_in_another_account(case: str) -> None:
    """AWS Batch uses no resources of another account."""
    argument = case.split(maxsplit=1)[0]
    world = World(cdk.Environment(region="eu-west-1", account=OTHER))
    with pytest.raises(
        ValueError, match=rf"{argument} must be in the account of the stack 'Here', {ACCOUNT}.*{OTHER}"
    ):
        ACROSS_REGIONS[case](world)


@pytest.mark.parametrize("case", IMPORTED)
def test_an_arn_tells_its_region(case: str) -> None:
    """Resources that any library imports have their Region in the ARN."""
    with pytest.raises(
        ValueError, match=rf"{case} must be in the Region of the stack 'Here', eu-west-1.*us-east-1"
    ):
        IMPORTED[case](World(None))


@pytest.mark.parametrize("case", ACROSS_REGIONS)
def test_a_stack_without_a_region_never_complains(case: str) -> None:
    """Its Region is unknown, which is no error."""
    ACROSS_REGIONS[case](World(None))


@pytest.mark.parametrize("case", ACROSS_REGIONS)
def test_one_region_and_account_are_fine(case: str) -> None:
    """Two stacks of one Region and account work as one does."""
    world = World(cdk.Environment(region="eu-west-1", account=ACCOUNT))
    ACROSS_REGIONS[case](world)
    world.app.synth()


def test_roles_have_no_region() -> None:
    """A role in a stack of another Region is accepted."""
    world = World(cdk.Environment(region="us-east-1", account=ACCOUNT))
    role = bc.EcsInstanceRole(world.there, "Role")
    bc.Ec2ComputeEnvironment(world.here, "It", vpc=world.network(world.here), instance_role=role)


def test_a_grant_names_the_region_of_the_definition() -> None:
    """A role in another Region gets rights in the Region of queue and definition."""
    world = World(cdk.Environment(region="us-east-1", account=ACCOUNT))
    role = iam.Role(world.there, "Role", assumed_by=iam.AccountRootPrincipal())
    job = bc.Ec2JobDefinition.from_job_definition_name(world.here, "Named", "align")
    queue = bc.JobQueue.from_job_queue_arn(world.here, "Q", f"arn:aws:batch:eu-west-1:{ACCOUNT}:job-queue/q")
    queue.grant_submit_job(role, job, world.job(world.here))
    template = world.app.synth().get_stack_by_name("There").template
    [policy] = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    resources = json.dumps(policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"])
    # The queue, and of both definitions the name and the revisions.
    assert resources.count(":batch:eu-west-1:") == 5


def test_a_dashboard_shows_queues_of_other_regions() -> None:
    """Each widget names the Region of its queue; metrics of AWS can be shown from anywhere."""
    world = World(cdk.Environment(region="us-east-1", account=ACCOUNT))
    queues = [world.queue(world.here), world.queue(world.there, "Far")]
    bc.BatchDashboard(world.here, "It", job_queues=queues, free_only=True)
    resources = world.app.synth().get_stack_by_name("Here").template["Resources"].values()
    [dashboard] = [each for each in resources if each["Type"] == "AWS::CloudWatch::Dashboard"]
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    assert "https://us-east-1.console.aws.amazon.com" in body
    assert body.count("region") > body.count("us-east-1") > len(queues)


def test_metrics_know_their_region() -> None:
    """The CDK refuses an alarm on a metric of another Region, but shows it on a dashboard."""
    world = World(cdk.Environment(region="us-east-1", account=ACCOUNT))
    metrics = [
        world.queue(world.there).metric_failed(),
        bc.JobQueueMetrics(l2_queue(world)).metric_failed(),
        bc.JobDefinitionMetrics(world.job(world.there)).metric_failed(),
    ]
    assert {metric.region for metric in metrics} == {"us-east-1"}
    with pytest.raises(RuntimeError, match="region"):
        cloudwatch.Alarm(world.here, "Alarm", metric=metrics[0], threshold=1, evaluation_periods=1)
    assert world.queue(cdk.Stack(world.app, "Anywhere")).metric_failed().region is None


def test_fails_when_a_stack_of_jobs_is_in_another_region_than_its_queues() -> None:
    """Jobs are submitted in their own Region, and would not reach the queue."""
    world = World(None)
    queues = {"q": world.queue(world.here)}
    with pytest.raises(ValueError, match="queues must be in the Region of the stack 'Jobs', us-east-1"):
        bc.BatchJobsStack(world.app, "Jobs", queues=queues, env=cdk.Environment(region="us-east-1"))
