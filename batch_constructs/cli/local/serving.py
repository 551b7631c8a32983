"""``batch-constructs local up``, ``down`` and ``env``: a local Batch that other commands and SDKs use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from batch_constructs.cli.failing import fail
from batch_constructs.cli.local import common

if TYPE_CHECKING:
    from pathlib import Path

    from batch_constructs.local.api import Server
    from batch_constructs.local.moto_process import MotoProcess
    from batch_constructs.local.session import Session
    from batch_constructs.local.upstream import Upstream

_READY_SECONDS = 30


@click.command()
@common.template
@common.state
@common.parameter
@common.settings
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="The port; by default a free one.")
@click.option(
    "--upstream",
    metavar="URL|moto",
    default="",
    help="An endpoint for all other services, or the word moto to start one.",
)
@click.option("--detach", is_flag=True, help="Return when it is ready, and go on in the background.")
def up(
    path: Path,
    folder: Path,
    *,
    parameter: tuple[str, ...],
    settings: common.Settings,
    port: int,
    upstream: str,
    detach: bool,
) -> None:
    """Serve the AWS Batch API for a template, on this machine only, until it is stopped.

    \b
    batch-constructs local up cdk.out --detach
    eval $(batch-constructs local env)
    aws batch submit-job --job-name a --job-queue Queue --job-definition Align

    Jobs that an earlier run left go on. Exit status: 0 stopped, 2 the template cannot be read.
    """
    from batch_constructs.local.api import Server  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.local.client import Endpoint  # noqa: PLC0415 - as above
    from batch_constructs.local.moto_process import free_port  # noqa: PLC0415 - as above
    from batch_constructs.local.upstream import Upstream  # noqa: PLC0415 - as above

    if detach:
        _detach(folder)
        return
    session = common.session(path, folder, parameter, settings)
    region = session.plan.region
    moto_port = free_port() if upstream == "moto" else 0
    url = f"http://localhost:{moto_port}" if moto_port else upstream
    others = Upstream(url, region) if url else None
    server = Server(session.batch, port, others)
    moto = _started_moto(moto_port, server) if moto_port else None
    if others:
        _provision(session, others)
    session.bus.keep(folder / "events.jsonl")
    _answer_commands(session)
    session.schedules.start()
    Endpoint(server.url, region, os.getpid(), all_services=bool(url)).write(folder)
    common.announce(settings)
    if settings.assume:
        click.echo(f"assumed: {', '.join(settings.assume)}", err=True)
    _announce(session, server.url)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    session.schedules.close()
    server.close()
    session.batch.close()
    if moto:
        moto.close()
    (folder / "endpoint.json").unlink(missing_ok=True)


def _started_moto(port: int, server: Server) -> MotoProcess:
    """Return a moto that answers; end the command if it does not."""
    from batch_constructs.local.moto_process import MotoError, MotoProcess  # noqa: PLC0415 - loaded by this command only

    try:
        moto = MotoProcess(port, urlsplit(server.url).port or 0)
        moto.wait()
    except MotoError as error:
        server.close()
        fail(str(error))
    return moto


@click.command()
@common.state
def down(folder: Path) -> None:
    """Stop the local Batch and the jobs that it runs.

    Exit status: 0 stopped, 2 none runs.
    """
    endpoint = common.endpoint(folder)
    os.kill(endpoint.pid, signal.SIGTERM)
    while (folder / "endpoint.json").exists():
        time.sleep(0.05)
    click.echo(f"stopped {endpoint.url}")


@click.command()
@common.state
def env(folder: Path) -> None:
    """Print the variables that send SDKs and the AWS CLI to the local Batch.

    Exit status: 0 printed, 2 none runs.
    """
    for name, value in common.endpoint(folder).variables().items():
        click.echo(f"export {name}={value}")


@click.command()
@common.assume
def assumptions(assume: tuple[str, ...]) -> None:
    """List what AWS does not document about its scheduler, with the values that are assumed here.

    Exit status: 0 listed, 2 there is no such assumption.
    """
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - costs 20 ms
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.table import Column, Table  # noqa: PLC0415 - as above

    table = Table(Column("Name", no_wrap=True), "Value", "Meaning", "Origin of the default", box=SIMPLE_HEAD)
    for each in common.assumptions(assume).listed():
        table.add_row(each.name, each.shown, each.meaning, each.origin)
    Console(highlight=False).print(table)


def _provision(session: Session, upstream: Upstream) -> None:
    """Make the targets of the template at the upstream; end the command if it does not answer."""
    from batch_constructs.local.events import provision  # noqa: PLC0415 - loaded by this command only

    try:
        for problem in provision(session.plan, upstream):
            click.echo(f"notice: {problem}", err=True)
    except OSError as error:
        fail(f"{upstream.url} cannot be reached: {error}")


def _answer_commands(session: Session) -> None:
    """Answer what the other commands ask that AWS Batch has no operation for."""
    from batch_constructs.local.client import FIRE_PATH, OBSTACLE_PATH, OUTPUTS_PATH  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.local.obstacles import obstacle  # noqa: PLC0415 - as above

    calls = session.batch.own_calls
    calls[FIRE_PATH] = lambda request: _fire(session, request)
    calls[OBSTACLE_PATH] = lambda request: {"obstacle": obstacle(session, str(request.get("jobId")))}
    calls[OUTPUTS_PATH] = lambda request: _outputs(session, request)


def _outputs(session: Session, request: dict[str, Any]) -> dict[str, Any]:
    """Return the lines of a job's containers that the caller does not know yet."""
    from batch_constructs.local.errors import ClientError  # noqa: PLC0415 - loaded by this command only

    batch, job_id, positions = session.batch, str(request.get("jobId")), request.get("positions", {})
    if job_id.partition(":")[0] not in batch.jobs:
        raise ClientError(f"there is no job {job_id}")
    return {
        "outputs": [
            {
                "label": label,
                "stream": stream,
                "lines": [
                    line
                    for _, line in islice(batch.logs.events(group, stream), positions.get(stream, 0), None)
                ],
            }
            for label, group, stream in batch.outputs(job_id)
        ]
    }


def _fire(session: Session, request: dict[str, Any]) -> dict[str, Any]:
    from batch_constructs.local.errors import ClientError  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.local.events import UnknownScheduleError  # noqa: PLC0415 - as above

    try:
        return {"deliveries": [asdict(each) for each in session.schedules.fire(str(request.get("name")))]}
    except UnknownScheduleError as error:
        raise ClientError(str(error)) from None


def _announce(session: Session, url: str) -> None:
    for notice in session.plan.notices:
        click.echo(f"notice: {notice}", err=True)
    made = [
        f"{each.operation.removeprefix('Create').removeprefix('Register')} {each.name}"
        for each in session.plan.requests
    ]
    click.echo("\n".join(made))
    click.echo(f"ready: {url}")


def _detach(folder: Path) -> None:
    """Start the same command again in the background, and wait until it is ready."""
    from batch_constructs.local.files import private_file  # noqa: PLC0415 - loaded by this command only

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / "up.log"
    arguments = [each for each in sys.argv[1:] if each != "--detach"]
    with private_file(log, "w") as output:
        process = subprocess.Popen(  # noqa: S603 - this very command
            [sys.executable, "-m", "batch_constructs.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _READY_SECONDS
    while "ready: " not in (text := log.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > deadline:
            fail(text.strip().removeprefix("error: ") or "the local Batch did not start")
        time.sleep(0.02)
    click.echo(text, nl=False)
