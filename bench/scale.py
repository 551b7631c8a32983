"""Creates many job definitions: `python scale.py SIDE COUNT` prints seconds per definition, without starting anything.

SIDE is `ours`, or `theirs`: the same log group, job and retries by hand with the CDK's L2.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, cast

from aws_cdk import App, Duration, Size, Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import CfnResource

PER_STACK = 200
"""The number of definitions in a stack, each with a log group: a stack can have 500 resources."""

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"


def ours() -> Callable[[Stack, int], object]:
    import batch_constructs as bc

    retry_strategy = bc.RetryStrategy.on_spot_reclaim()

    def define(scope: Stack, number: int) -> object:
        return bc.Ec2JobDefinition(
            scope,
            f"Job{number}",
            image=IMAGE,
            command=["echo", str(number)],
            environment={"NUMBER": str(number)},
            vcpus=1,
            memory=Size.mebibytes(512),
            retry_strategy=retry_strategy,
            timeout=Duration.minutes(10),
        )

    return define


def theirs() -> Callable[[Stack, int], object]:
    """Create the definitions as a careful user would: shared values are created once."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_logs as logs

    retry, custom = batch.Action.RETRY, batch.Reason.custom
    strategies = [
        batch.RetryStrategy.of(retry, batch.Reason.SPOT_INSTANCE_RECLAIMED),
        batch.RetryStrategy.of(retry, custom(on_status_reason="Your Spot Task was interrupted*")),
        batch.RetryStrategy.of(retry, custom(on_reason="CannotPullContainer*")),
        batch.RetryStrategy.of(batch.Action.EXIT, custom(on_reason="*")),
    ]
    image = ecs.ContainerImage.from_registry(IMAGE)

    def define(scope: Stack, number: int) -> object:
        group = logs.LogGroup(scope, f"Job{number}LogGroup", retention=logs.RetentionDays.ONE_MONTH)
        container = batch.EcsEc2ContainerDefinition(
            scope,
            f"Job{number}Container",
            image=image,
            command=["echo", str(number)],
            environment={"NUMBER": str(number)},
            cpu=1,
            memory=Size.mebibytes(512),
            logging=ecs.LogDriver.aws_logs(stream_prefix="job", log_group=group),
        )
        made = batch.EcsJobDefinition(
            scope,
            f"Job{number}",
            container=container,
            retry_attempts=3,
            retry_strategies=strategies,
            timeout=Duration.minutes(10),
            propagate_tags=True,
            skip_deregister_on_update=True,
        )
        # On EC2 the instance role writes the log, but the L2 creates a role for it anyway.
        container.node.try_remove_child("ExecutionRole")
        resource = cast("CfnResource", made.node.default_child)
        resource.add_property_deletion_override("ContainerProperties.ExecutionRoleArn")
        return made

    return define


SIDES = {"ours": ours, "theirs": theirs}


def synthesize(define: Callable[[Stack, int], object], count: int) -> float:
    start = time.perf_counter()
    app = App()
    stacks = [Stack(app, f"Stack{number}") for number in range(-(-count // PER_STACK))]
    for number in range(count):
        define(stacks[number // PER_STACK], number)
    app.synth()
    return time.perf_counter() - start


if __name__ == "__main__":
    chosen, count = SIDES[sys.argv[1]](), int(sys.argv[2])
    # A first app with one definition loads the modules in Python and Node.js.
    synthesize(chosen, 1)
    print(synthesize(chosen, count) / count)
