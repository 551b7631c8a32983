"""The configuration of Nextflow for sending the tasks of a pipeline to AWS Batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import as_string, known
from batch_constructs.launch_templates.places import check_own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsii import Number

__all__ = ["nextflow_config"]

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
# Source: nextflow-io/nextflow, AwsBatchConfig of the plugin nf-amazon, which refuses every other path.
_PROGRAM = "/bin/aws"


@checked
def nextflow_config(
    *,
    queues: Mapping[str, str],
    region: str | None = None,
    work_dir: str | None = None,
    cli_path: str | None = None,
    job_role: str | None = None,
    execution_role: str | None = None,
    logs_group: str | None = None,
    share_identifier: str | None = None,
    max_spot_attempts: Number | None = None,
) -> str:
    """Return the text of a ``nextflow.config`` for queues of AWS Batch.

    It needs no CDK: give it the outputs of a stack, or names of existing queues. Tokens pass, so a stack can also have
    the text as an output. `BatchPlatform` has the method ``to_nextflow_config``, which knows its queues.

    Args:
        queues: The names or ARNs of queues by labels. Tasks go to the first one, except of processes with the label of
            another one, such as ``label 'urgent'``.
        region: The Region of the queues. By default that of Nextflow's environment.
        work_dir: The folder by which tasks exchange their files: ``s3://BUCKET/PREFIX``. By default that of
            ``-work-dir``, which must be in S3.
        cli_path: The AWS CLI on the instances: an absolute path that ends in ``/bin/aws``, such as the ``program`` of
            an `AwsCli`. By default the images of all tasks must have it.
        job_role: The ARN of the tasks' role. By default they have the rights of their instance.
        execution_role: The ARN of the role that pulls their images. By default the role of the instance does.
        logs_group: The log group of the tasks. By default ``/aws/batch/job``, which keeps logs without limit.
        share_identifier: The share that all tasks use in fair-share queues. By default none.
        max_spot_attempts: How often a task whose Spot instance was reclaimed is retried, at least 0. By default as in
            the version of Nextflow.

    Raises:
        ValueError: there is no queue, or Nextflow would refuse a value; all of it in one message.

    Guide: Submitting a Job.
    """
    problems = Problems()
    problems.check(len(queues) > 0, "queues must name at least one queue, got none")
    for label in queues:
        problems.check(
            _LABEL.fullmatch(label) is not None,
            f"the labels of queues must be words of letters, digits, _, . and -, as Nextflow takes them, got {label!r}",
        )
    problems.check(
        cli_path is None or not known(cli_path) or (cli_path[:1] == "/" and cli_path.endswith(_PROGRAM)),
        f"cli_path must be absolute and end in {_PROGRAM}, or Nextflow refuses it, got {cli_path!r}",
    )
    check_own_folder(
        problems, "cli_path", cli_path.removesuffix(_PROGRAM) if cli_path is not None else "/opt/aws-cli"
    )
    problems.check(
        work_dir is None or not known(work_dir) or work_dir.startswith("s3://"),
        f"work_dir must be in S3, as in s3://BUCKET/work, got {work_dir!r}",
    )
    problems.check(
        max_spot_attempts is None or not known(max_spot_attempts) or max_spot_attempts >= 0,
        f"max_spot_attempts must be at least 0, got {max_spot_attempts}",
    )
    problems.raise_if_any()
    batch = {
        "cliPath": cli_path,
        "jobRole": job_role,
        "executionRole": execution_role,
        "logsGroup": logs_group,
        "shareIdentifier": share_identifier,
        "maxSpotAttempts": max_spot_attempts,
    }
    lines = [*_process(queues), *_aws(region, batch)]
    if work_dir is not None:
        lines += ["", f"workDir = {_value(work_dir)}"]
    return "\n".join([*lines, ""])


def _process(queues: Mapping[str, str]) -> Iterator[str]:
    names = list(queues.values())
    yield "process {"
    yield "    executor = 'awsbatch'"
    yield f"    queue = {_value(names[0])}"
    if len(queues) > 1:
        for label, name in queues.items():
            yield f"    withLabel: {_value(label)} {{"
            yield f"        queue = {_value(name)}"
            yield "    }"
    yield "}"


def _aws(region: str | None, batch: Mapping[str, str | Number | None]) -> Iterator[str]:
    options = {name: value for name, value in batch.items() if value is not None}
    if region is None and not options:
        return
    yield ""
    yield "aws {"
    if region is not None:
        yield f"    region = {_value(region)}"
    if options:
        yield "    batch {"
        for name, value in options.items():
            yield f"        {name} = {_value(value)}"
        yield "    }"
    yield "}"


def _value(value: str | Number) -> str:
    """Return a value as Groovy writes it, in single quotes, where ``$`` has no meaning."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    return as_string(value)
