"""The outputs of a platform: the names of its queues, and a first job to try it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Duration, Size
from constructs import Construct

from batch_constructs.job_definitions.ec2 import Ec2JobDefinition
from batch_constructs.job_definitions.fargate import FargateJobDefinition
from batch_constructs.job_definitions.retries import RetryStrategy
from batch_constructs.networking import placement
from batch_constructs.platform.pools import FargatePool, GpuPool, OwnPool, queue_plans
from batch_constructs.submissions.outputs import SubmissionOutputs, output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ec2 as ec2

    from batch_constructs.job_queues.queues import JobQueue
    from batch_constructs.platform.pools import Pool

    HelloJob = Ec2JobDefinition | FargateJobDefinition

__all__ = ["first_job", "put_out_queues"]

# The public registry of AWS has no rate limit; the image supports x86_64 and arm64.
_IMAGE = "public.ecr.aws/docker/library/busybox:1.37"


def put_out_queues(scope: Construct, queues: Mapping[str, JobQueue]) -> None:
    """Create an output with the name of each queue.

    Args:
        scope: Where the outputs belong.
        queues: The queues by their names in the code.
    """
    plain = {name: "".join(filter(str.isalnum, name)) for name in queues}
    for name, queue in queues.items():
        label = f"Queue{name[:1].upper()}{name[1:]}"
        if [each.lower() for each in plain.values()].count(plain[name].lower()) == 1:
            output(scope, label, queue.job_queue_name, f"The job queue {name!r}")
        else:
            # For names that differ only in punctuation or case, the CDK adds a hash to the output's id.
            CfnOutput(Construct(scope, f"Queue-{name}"), "Name", value=queue.job_queue_name)


def first_job(
    scope: Construct,
    pools: Sequence[Pool],
    queues: Mapping[str, JobQueue],
    *,
    vpc: ec2.IVpc,
    vpc_subnets: ec2.SubnetSelection | None,
) -> HelloJob | None:
    """Create a hello job definition, and an output with the command that submits it to the first queue that can run it.

    Args:
        scope: Where the definition belongs.
        pools: The pools of the platform. An `OwnPool` is skipped: the platform does not know what its environments can run.
        queues: The queues by their names in the code.
        vpc: The network.
        vpc_subnets: The subnets of the environments.

    Returns:
        The definition; ``None`` if no pool can run it, or if the network cannot reach its image.
    """
    pool = next((each for each in pools if not isinstance(each, OwnPool)), None)
    if pool is None or _is_isolated(vpc, vpc_subnets):
        return None
    if isinstance(pool, FargatePool):
        job: HelloJob = FargateJobDefinition(
            scope,
            "Hello",
            image=_IMAGE,
            command=["echo", "Hello from AWS Batch"],
            vcpus=0.25,
            memory=Size.mebibytes(512),
            # In a public subnet, a task can reach its image only with a public address.
            assign_public_ip=bool(placement(vpc, vpc_subnets).public),
            retry_strategy=RetryStrategy.on_spot_reclaim(),
            timeout=Duration.minutes(10),
        )
    else:
        job = Ec2JobDefinition(
            scope,
            "Hello",
            image=_IMAGE,
            command=["echo", "Hello from AWS Batch"],
            vcpus=1,
            memory=Size.mebibytes(512),
            gpus=1 if isinstance(pool, GpuPool) else None,
            retry_strategy=RetryStrategy.on_spot_reclaim(),
            timeout=Duration.minutes(10),
        )
    plan = queue_plans(pool)[0]
    # A queue with shares accepts only jobs that name one; without listed shares, any name is accepted.
    share = None if plan.shares is None else next((each.identifier for each in plan.shares), "first")
    SubmissionOutputs(
        scope,
        "First",
        job_queue=queues[plan.name],
        job_definition=job,
        job_name="hello",
        share_identifier=None if share is None else share.replace("*", "First"),
    )
    return job


def _is_isolated(vpc: ec2.IVpc, vpc_subnets: ec2.SubnetSelection | None) -> bool:
    isolated = {subnet.subnet_id for subnet in vpc.isolated_subnets}
    return isolated.issuperset(placement(vpc, vpc_subnets).subnet_ids)
