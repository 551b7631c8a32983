"""Creates many job definitions: `python scale.py COUNT` prints seconds per definition, without starting anything."""

from __future__ import annotations

import sys
import time

from aws_cdk import App, Duration, Size, Stack

import batch_constructs as bc

PER_STACK = 200
"""With a log group each: a stack takes 500 resources."""


def define(scope: Stack, number: int) -> None:
    bc.Ec2JobDefinition(
        scope,
        f"Job{number}",
        image="public.ecr.aws/docker/library/busybox:1.37",
        command=["echo", str(number)],
        environment={"NUMBER": str(number)},
        vcpus=1,
        memory=Size.mebibytes(512),
        retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
        timeout=Duration.minutes(10),
    )


def synthesize(count: int) -> float:
    start = time.perf_counter()
    app = App()
    stacks = [Stack(app, f"Stack{number}") for number in range(-(-count // PER_STACK))]
    for number in range(count):
        define(stacks[number // PER_STACK], number)
    app.synth()
    return time.perf_counter() - start


if __name__ == "__main__":
    # An app with one definition pays for modules that load at first use, here and in Node.
    synthesize(1)
    count = int(sys.argv[1])
    print(synthesize(count) / count)
