"""The assertion that jobs of a definition would run in a queue."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecs as ecs

import batch_constructs as bc
from batch_constructs.testing import assert_can_run

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"


@pytest.fixture
def stack():
    return cdk.Stack(cdk.App(), "Stack")


@pytest.fixture
def network(stack):
    return bc.BatchNetwork(stack, "Network")


def on_ec2(stack, network, **more):
    environment = bc.Ec2ComputeEnvironment(stack, "OnDemand", vpc=network.vpc, **more)
    return bc.JobQueue(stack, "Queue", compute_environments=[environment])


def job(stack, **more):
    arguments = {"image": IMAGE, "vcpus": 1, "memory": cdk.Size.mebibytes(512), **more}
    return bc.Ec2JobDefinition(stack, "Job", **arguments)


def test_a_job_that_fits_passes(stack, network) -> None:
    """No error is raised."""
    assert_can_run(job(stack), on_ec2(stack, network, instance_types=["c7i.large"]))


def test_a_job_that_is_too_large_fails(stack, network) -> None:
    """The assertion finds it although nothing submits the job."""
    large = job(stack, vcpus=64)
    queue = on_ec2(stack, network, instance_types=["c7i.large"])
    with pytest.raises(
        AssertionError, match=r"^Stack/Job would not run in Stack/Queue:\n  [A-Z]+-\d+ Stack/"
    ):
        assert_can_run(large, queue)


def test_a_job_on_the_wrong_platform_fails(stack, network) -> None:
    """A definition for EC2 in a queue on Fargate; an ignored rule is left out."""
    environment = bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc)
    queue = bc.JobQueue(stack, "Queue", compute_environments=[environment])
    definition = job(stack)
    with pytest.raises(AssertionError, match="would not run") as caught:
        assert_can_run(definition, queue)
    rules = {line.split()[0] for line in str(caught.value).splitlines()[1:]}
    assert_can_run(definition, queue, ignore=rules)


def test_fails_when_a_host_of_this_size_registers_less_memory(stack, network) -> None:
    """A c7i.large has 4,096 MiB installed; 4,000 are below that and more than a host has for jobs."""
    queue = on_ec2(stack, network, instance_types=["c7i.large"])
    large = job(stack, memory=cdk.Size.mebibytes(4_000))
    with pytest.raises(AssertionError, match=r"c7i\.large probably has at most 3,968 of its 4,096 MiB"):
        assert_can_run(large, queue)
    assert_can_run(large, queue, ignore=["MEM-02"])


def test_what_does_not_concern_the_job_does_not_count(stack, network) -> None:
    """Another broken queue does not fail the assertion."""
    queue = on_ec2(stack, network, instance_types=["c7i.large"])
    batch.CfnJobQueue(stack, "Broken", priority=-1, compute_environment_order=[])
    assert_can_run(job(stack), queue)


def test_the_cdk_s_own_classes_are_looked_at_too(stack, network) -> None:
    """It works with L2 definitions and L1 queues."""
    environment = bc.Ec2ComputeEnvironment(stack, "OnDemand", vpc=network.vpc, instance_types=["c7i.large"])
    queue = batch.CfnJobQueue(
        stack,
        "L1",
        priority=1,
        compute_environment_order=[
            batch.CfnJobQueue.ComputeEnvironmentOrderProperty(
                order=1, compute_environment=environment.compute_environment_arn
            )
        ],
    )
    container = batch.EcsEc2ContainerDefinition(
        stack, "C", image=ecs.ContainerImage.from_registry(IMAGE), cpu=64, memory=cdk.Size.mebibytes(512)
    )
    with pytest.raises(AssertionError, match="would not run"):
        assert_can_run(batch.EcsJobDefinition(stack, "L2", container=container), queue)


def test_fails_for_an_imported_queue(stack, network) -> None:
    """It raises, since an imported queue is in no template."""
    queue = bc.JobQueue.from_job_queue_arn(
        stack, "Theirs", "arn:aws:batch:eu-west-1:111122223333:job-queue/theirs"
    )
    with pytest.raises(ValueError, match="Stack/Theirs must be created in this app"):
        assert_can_run(job(stack), queue)


def test_a_task_in_a_public_subnet_needs_an_address(stack) -> None:
    """Pain 19 (aws-cdk#24783): without one it cannot pull its image; with one it can."""
    network = bc.BatchNetwork(stack, "Network", nat_gateways=0)
    fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc)
    queue = bc.JobQueue(stack, "Queue", compute_environments=[fargate])
    without, with_one = (
        bc.FargateJobDefinition(stack, name, image=IMAGE, assign_public_ip=address)
        for name, address in (("Without", False), ("With", True))
    )
    assert_can_run(with_one, queue, warnings=True)
    with pytest.raises(AssertionError, match="NET-04"):
        assert_can_run(without, queue, warnings=True)


def test_misspelt_types_alone_do_not_pass(stack, network) -> None:
    """Nothing is known about such a type, so passing would prove nothing."""
    queue = on_ec2(stack, network, instance_types=["c7i.2xlrage"])
    with pytest.raises(AssertionError, match=r"CE-18 .*did you mean 'c7i.2xlarge'"):
        assert_can_run(job(stack), queue)
    assert_can_run(stack.node.find_child("Job"), queue, ignore=["CE-18"])


@pytest.mark.parametrize("types", [["c7i.2xlrage", "c7i.large"], ["z99i.large"]])
def test_other_unknown_types_pass(stack, network, types: list[str]) -> None:
    """A new family is no fault, and a misspelt type next to a known one stays a warning."""
    assert_can_run(job(stack), on_ec2(stack, network, instance_types=types))


def test_swapped_arguments_are_told(stack, network) -> None:
    """The message does not call the queue an imported definition."""
    queue = on_ec2(stack, network)
    with pytest.raises(ValueError, match=r"must be a JobDefinition, got a JobQueue: .* definition first"):
        assert_can_run(queue, job(stack))


def test_a_job_in_a_fair_share_takes_a_share(stack, network) -> None:
    """Any share of the queue, unless one is given."""
    environment = bc.Ec2ComputeEnvironment(stack, "OnDemand", vpc=network.vpc)
    policy = bc.FairSharePolicy(stack, "Policy", shares=[bc.Share(identifier="team")])
    queue = bc.JobQueue(stack, "Fair", compute_environments=[environment], scheduling_policy=policy)
    fair = job(stack, scheduling_priority=1)
    assert_can_run(fair, queue)
    assert_can_run(fair, queue, share_identifier="team")
    with pytest.raises(AssertionError, match="'no such share!'"):
        assert_can_run(fair, queue, share_identifier="no such share!", warnings=True)
