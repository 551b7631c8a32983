"""``batch-constructs local run``: one job from its submission to its exit code."""

from __future__ import annotations

import shlex
import signal
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch_constructs.cli.failing import fail
from batch_constructs.cli.local import common

if TYPE_CHECKING:
    from batch_constructs.local.engine import State
    from batch_constructs.local.events import Delivery
    from batch_constructs.local.jobs.records import JobRecord
    from batch_constructs.local.session import Session


@click.command()
@common.template
@click.argument("definition")
@common.queue
@common.array_size
@common.parameters
@common.command
@common.parameter
@common.share
@common.settings
@click.option(
    "--attempt-seconds",
    type=click.FloatRange(0, min_open=True),
    help="A timeout for each attempt in place of the job's; unlike on AWS it may be less than 60.",
)
@click.option("--timeout", type=float, default=3600, show_default=True, help="Seconds to wait for the job.")
@click.option("-q", "--quiet", is_flag=True, help="Print the job's own lines only.")
def run(
    path: Path,
    definition: str,
    *,
    queue: str,
    array_size: int | None,
    parameters: tuple[str, ...],
    command: str,
    parameter: tuple[str, ...],
    share: str,
    settings: common.Settings,
    timeout: float,
    attempt_seconds: float | None,
    quiet: bool,
) -> None:
    """Run one job of a template, print what it writes, and exit with its exit code.

    \b
    batch-constructs local run cdk.out Align --parameters sample=s1
    batch-constructs local run cdk.out Align --array-size 4

    Exit status: that of the job; for an array 1 if a child failed; 2 if the job could not be submitted.
    """
    from batch_constructs.local.api import Server  # noqa: PLC0415 - loaded by this command only

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="batch-local-") as folder:
        session = common.session(path, Path(folder), parameter, settings, attempt_seconds=attempt_seconds)
        with closing(session.batch), closing(Server(session.batch)):
            request = {
                "jobName": definition.rpartition("/")[2],
                "jobQueue": common.named(lambda: session.queue(queue)),
                "jobDefinition": common.named(lambda: session.definition(definition)),
                "parameters": common.pairs(parameters),
                **({"arrayProperties": {"size": array_size}} if array_size else {}),
                **({"shareIdentifier": share} if share else {}),
                **({"containerOverrides": {"command": shlex.split(command)}} if command else {}),
            }
            if not quiet:
                common.announce(settings)
                session.batch.history.listeners.insert(0, _print_state)
                session.bus.listeners.append(_print_delivery)
            status = _run(session, request, timeout)
    sys.exit(status)


def _run(session: Session, request: dict[str, Any], timeout: float) -> int:
    """Run a job, print what it has written, and return the exit status; end the command if it is refused."""
    from batch_constructs.local.api import call  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.local.errors import ClientError  # noqa: PLC0415 - as above
    from batch_constructs.local.obstacles import obstacle  # noqa: PLC0415 - as above

    try:
        job_id = call(session.batch, "SubmitJob", request)["jobId"]
    except ClientError as error:
        fail(str(error))
    if never := obstacle(session, job_id):
        fail(never)
    try:
        ended = session.batch.wait(job_id, timeout)
    except KeyboardInterrupt:
        ended = False
    record = session.batch.jobs[job_id]
    if not ended:
        _print_state_at_end(record, session.batch.engine.queue_of(record.job).blocked)
    for label, line in session.batch.lines(job_id):
        click.echo(common.labeled(label, line))
    return _exit_code(record) if ended else 2


def _print_state(record: JobRecord, index: int | None, state: State) -> None:
    reason = record.describe(index).get("statusReason", "")
    ending = f": {reason}" if reason and state.name in {"RUNNABLE", "FAILED"} else ""
    click.echo(f"{record.name}{'' if index is None else f':{index}'} {state.name}{ending}", err=True)


def _print_state_at_end(record: JobRecord, blocked: str) -> None:
    """Say in which state a job was left, and why it did not start."""
    click.echo(f"{record.name} is left {record.job.state.name}{f': {blocked}' if blocked else ''}", err=True)


def _print_delivery(delivery: Delivery) -> None:
    click.echo(common.delivery_text(asdict(delivery)), err=True)


def _exit_code(record: JobRecord) -> int:
    if record.is_array:
        return int(record.job.state.name != "SUCCEEDED")
    code = record.child(0).container.get("exitCode")
    return 1 if code is None else code
