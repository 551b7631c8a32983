"""The commands under ``batch-constructs local``: run the jobs of a template on this machine."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch_constructs.cli.failing import fail

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.local.engine import State
    from batch_constructs.local.events import Delivery
    from batch_constructs.local.jobs.records import JobRecord
    from batch_constructs.local.session import Session

_NOTICE = "process executor: jobs run as you, on this machine, without isolation; images are ignored"


@click.group()
def local() -> None:
    """Run the jobs of a template on this machine, by the scheduler's rules."""


@local.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("definition")
@click.option("--queue", default="", help="The job queue, where the template has several.")
@click.option("--array-size", type=click.IntRange(2, 10_000), help="Submit an array of this size.")
@click.option("--parameters", metavar="KEY=VALUE", multiple=True, help="A job parameter; repeatable.")
@click.option("--parameter", metavar="KEY=VALUE", multiple=True, help="A template parameter; repeatable.")
@click.option("--share", default="", help="The share identifier, where the queue has a scheduling policy.")
@click.option("--timeout", type=float, default=3600, show_default=True, help="Seconds to wait for the job.")
@click.option("-q", "--quiet", is_flag=True, help="Print the job's own lines only.")
def run(
    path: Path,
    definition: str,
    *,
    queue: str,
    array_size: int | None,
    parameters: tuple[str, ...],
    parameter: tuple[str, ...],
    share: str,
    timeout: float,
    quiet: bool,
) -> None:
    r"""Run one job of a template, print what it writes, and exit with its exit code.

    \b
    batch-constructs local run cdk.out Align --parameters sample=s1
    batch-constructs local run cdk.out Align --array-size 4

    Exit status: that of the job; for an array 1 if a child failed; 2 if the job could not be submitted.
    """
    from batch_constructs.local.api import Server, call  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.local.errors import ClientError  # noqa: PLC0415 - as above

    with tempfile.TemporaryDirectory(prefix="batch-local-") as folder:
        session = _session(path, Path(folder), _pairs(parameter))
        server = Server(session.batch)
        request = {
            "jobName": definition.rpartition("/")[2],
            "jobQueue": _named(lambda: session.queue(queue)),
            "jobDefinition": _named(lambda: session.definition(definition)),
            "parameters": _pairs(parameters),
            **({"arrayProperties": {"size": array_size}} if array_size else {}),
            **({"shareIdentifier": share} if share else {}),
        }
        if not quiet:
            click.echo(_NOTICE, err=True)
            session.batch.history.listeners.append(_print_state)
            session.bus.listeners.append(_print_delivery)
        try:
            job_id = call(session.batch, "SubmitJob", request)["jobId"]
        except ClientError as error:
            fail(str(error))
        ended = session.batch.wait(job_id, timeout)
        record = session.batch.jobs[job_id]
        _print_logs(session, record)
        session.batch.close()
        server.close()
    sys.exit(_exit_code(record) if ended else 2)


def _session(path: Path, folder: Path, parameters: dict[str, str]) -> Session:
    from batch_constructs.assembly.template import UnreadableInputError  # noqa: PLC0415 - costs 30 ms
    from batch_constructs.local.executors import ProcessExecutor  # noqa: PLC0415 - loaded by these commands only
    from batch_constructs.local.plan import UnresolvedError, plan  # noqa: PLC0415 - as above
    from batch_constructs.local.session import open_session  # noqa: PLC0415 - as above

    try:
        return open_session(plan(path, parameters=parameters), ProcessExecutor(), folder)
    except (UnreadableInputError, UnresolvedError) as error:
        fail(str(error))


def _named(find: Callable[[], str]) -> str:
    from batch_constructs.local.session import UnknownNameError  # noqa: PLC0415 - loaded by these commands only

    try:
        return find()
    except UnknownNameError as error:
        fail(str(error))


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        if "=" not in value:
            fail(f"a parameter must be KEY=VALUE, got {value!r}")
    return dict(value.split("=", 1) for value in values)


def _print_state(record: JobRecord, index: int | None, state: State) -> None:
    reason = record.describe(index).get("statusReason", "")
    ending = f": {reason}" if reason and state.name in {"RUNNABLE", "FAILED"} else ""
    click.echo(f"{record.name}{'' if index is None else f':{index}'} {state.name}{ending}", err=True)


def _print_delivery(delivery: Delivery) -> None:
    recipients = f" ({', '.join(delivery.recipients)})" if delivery.recipients else ""
    click.echo(
        f"{delivery.rule} -> {delivery.target}{recipients}: {delivery.problem or delivery.message}", err=True
    )


def _print_logs(session: Session, record: JobRecord) -> None:
    """Print what each child wrote, one after the other."""
    container = record.members.get("container", {})
    options = container.get("logConfiguration", {}).get("options", {})
    group = options.get("awslogs-group", "/aws/batch/job")
    for index in sorted(record.children):
        stream = record.children[index].container.get("logStreamName")
        prefix = f"{index}: " if record.is_array else ""
        for _, message in session.batch.logs.events(group, stream) if stream else ():
            click.echo(f"{prefix}{message}")


def _exit_code(record: JobRecord) -> int:
    if record.is_array:
        return int(record.job.state.name != "SUCCEEDED")
    code = record.child(0).container.get("exitCode")
    return 1 if code is None else code
