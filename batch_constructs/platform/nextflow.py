"""The configuration of Nextflow for a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border import cdk
from batch_constructs._border.problems import Problems
from batch_constructs.compute_environments.ec2_family import Ec2Family
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.submissions.nextflow import nextflow_config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs
    from jsii import Number

    from batch_constructs.job_queues.queues import JobQueue
    from batch_constructs.platform.compute_pool import ComputePool

__all__ = ["NextflowQueues", "chosen_queues", "program_on"]


class NextflowQueues:
    """Queues for the tasks of Nextflow pipelines."""

    pools: Mapping[str, ComputePool]

    def to_nextflow_config(
        self,
        *,
        queues: Sequence[str] | None = None,
        work_dir: str | None = None,
        cli_path: str | None = None,
        job_role: iam.IRole | iam.Role | None = None,
        logs_group: logs.ILogGroup | logs.LogGroup | None = None,
        share_identifier: str | None = None,
        max_spot_attempts: Number | None = None,
    ) -> str:
        """Return a ``nextflow.config`` for the queues. It contains tokens: use it in an output, a job or a file asset.

        Tasks go to the first queue; processes with the label of another one, such as ``label 'urgent'``, go there::

            config = platform.to_nextflow_config(work_dir=f"s3://{bucket.bucket_name}/work", job_role=tasks)
            CfnOutput(stack, "NextflowConfig", value=config)

        After the deploy, `nextflow_config` makes the same configuration from names.

        Args:
            queues: Names of the queues, the default first. By default all queues on EC2: those with shares if
                ``share_identifier`` is given, else those without.
            work_dir: The folder by which tasks exchange their files: ``s3://BUCKET/PREFIX``. By default that of
                ``-work-dir``.
            cli_path: The path of the AWS CLI on the instances, ending in ``/bin/aws``. By default that of the pools' ``aws_cli``.
            job_role: The tasks' role. By default they have the rights of their instance.
            logs_group: The log group of the tasks. By default ``/aws/batch/job``, which keeps logs without limit.
            share_identifier: The share that all tasks use in fair-share queues. By default none.
            max_spot_attempts: How often a task whose Spot instance was reclaimed is retried, at least 0. By default as in
                the version of Nextflow.

        Raises:
            ValueError: no queue can run tasks, a pool has no AWS CLI, or Nextflow refuses a value.
        """
        chosen = chosen_queues(self.pools, queues, share_identifier)
        return nextflow_config(
            queues={name: pool.queues[name].job_queue_name for name, pool in chosen.items()},
            region=cdk.region(),
            work_dir=work_dir,
            cli_path=program_on(list(dict.fromkeys(chosen.values()))) if cli_path is None else cli_path,
            job_role=None if job_role is None else job_role.role_arn,
            logs_group=None if logs_group is None else logs_group.log_group_name,
            share_identifier=share_identifier,
            max_spot_attempts=max_spot_attempts,
        )


def chosen_queues(
    pools: Mapping[str, ComputePool], wanted: Sequence[str] | None, share_identifier: str | None
) -> dict[str, ComputePool]:
    """Return the queues for tasks of Nextflow, the default first, each with its pool.

    Nextflow copies files with the AWS CLI of the instance, so it cannot use queues on Fargate. It gives all tasks the
    same share identifier, so either all queues have shares or none has.

    Args:
        pools: The pools of the platform.
        wanted: Names of the queues, the default first; ``None`` for all that can run tasks.
        share_identifier: The share that all tasks count to, if any.

    Raises:
        ValueError: a queue does not exist or cannot run tasks, or no queue can.
    """
    homes = {name: pool for pool in pools.values() for name in pool.queues}
    problems = Problems()
    names = [*homes] if wanted is None else [*wanted]
    missing = [name for name in names if name not in homes]
    problems.check(not missing, f"queues must name queues of the platform, got {', '.join(missing)}")
    problems.raise_if_any()
    shared = share_identifier is not None
    fit = {
        name: homes[name]
        for name in names
        if _on_instances(homes[name]) and _has_shares(homes[name].queues[name]) is shared
    }
    refused = [name for name in names if name not in fit]
    if wanted is not None:
        problems.check(
            not refused,
            f"queues must be on EC2 and {'have' if shared else 'have no'} shares, since share_identifier is "
            f"{'given' if shared else 'omitted'} for all tasks, got {', '.join(refused)}",
        )
    problems.check(
        bool(fit),
        f"Nextflow needs a queue on EC2 {'with' if shared else 'without'} shares, got {', '.join(names) or 'none'}: "
        + ("leave share_identifier out" if shared else "give share_identifier where the queues have shares"),
    )
    problems.raise_if_any()
    return fit


def program_on(pools: Sequence[ComputePool]) -> str:
    """Return the path of the AWS CLI on the instances of these pools.

    Args:
        pools: The pools whose queues run tasks.

    Raises:
        ValueError: a pool has no AWS CLI, or two have it at different paths; Nextflow knows only one.
    """
    programs = {pool.node.id: _program(pool) for pool in pools}
    problems = Problems()
    without = [name for name, program in programs.items() if program is None]
    problems.check(
        not without,
        f"Nextflow needs the AWS CLI on the instances, got none in {', '.join(without)}: give the pool "
        "aws_cli=AwsCli(), or cli_path where an image of yours has it",
    )
    places = {program for program in programs.values() if program is not None}
    problems.check(
        len(places) <= 1,
        f"all pools must have the AWS CLI in one place, got {', '.join(sorted(places))}: give their AwsCli one path",
    )
    problems.raise_if_any()
    return next(iter(places))


def _has_shares(queue: JobQueue) -> bool:
    return queue.cfn.scheduling_policy_arn is not None


def _on_instances(pool: ComputePool) -> bool:
    # The kind of an imported environment is unknown: it is accepted, since the user knows it.
    return all(isinstance(each, Ec2Family) or not hasattr(each, "cfn") for each in pool.compute_environments)


def _program(pool: ComputePool) -> str | None:
    found = set()
    for each in pool.compute_environments:
        template = each.launch_template if isinstance(each, Ec2Family) else None
        tools = template.aws_cli if isinstance(template, BatchLaunchTemplate) else None
        found.add(None if tools is None else tools.program)
    return next(iter(found)) if len(found) == 1 else None
