"""``batch-constructs local submit``, ``jobs``, ``logs``, ``events`` and ``cancel``: against one that runs."""

from __future__ import annotations

import json
import shlex
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from batch_constructs.cli.failing import fail
from batch_constructs.cli.local import common

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.local.client import Endpoint

T = TypeVar("T")

_ENDED = {"SUCCEEDED", "FAILED"}
_REFRESH_SECONDS = 0.5


@click.command()
@click.argument("definition")
@common.state
@common.queue
@common.array_size
@common.parameters
@common.command
@common.share
@click.option("--depends-on", metavar="JOB", multiple=True, help="A job that must succeed first; repeatable.")
@click.option("--name", default="", help="The job's name; by default that of its definition.")
def submit(
    definition: str,
    folder: Path,
    *,
    queue: str,
    array_size: int | None,
    parameters: tuple[str, ...],
    command: str,
    share: str,
    depends_on: tuple[str, ...],
    name: str,
) -> None:
    """Submit a job, and print its id.

    Exit status: 0 submitted, 2 refused, or none runs.
    """
    endpoint = common.endpoint(folder)
    request: dict[str, Any] = {
        "jobName": name or definition.rpartition("/")[2],
        "jobDefinition": definition,
        "jobQueue": queue or _only_queue(endpoint),
        "parameters": common.pairs(parameters),
        "dependsOn": [{"jobId": each} for each in depends_on],
    }
    if array_size:
        request["arrayProperties"] = {"size": array_size}
    if command:
        request["containerOverrides"] = {"command": shlex.split(command)}
    if share:
        request["shareIdentifier"] = share
    job_id = _asked(lambda: endpoint.call("SubmitJob", **request))["jobId"]
    click.echo(job_id)
    if never := _asked(lambda: endpoint.obstacle(job_id))["obstacle"]:
        click.echo(f"warning: {never}", err=True)


@click.command()
@common.state
@click.option("--watch", is_flag=True, help="Show the table until it is interrupted.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to report.")
def jobs(folder: Path, *, watch: bool, style: str) -> None:
    """Show the queues with the vCPUs and shares in use, and their newest jobs.

    Exit status: 0 listed, 2 none runs.
    """
    from rich.console import Console  # noqa: PLC0415 - costs 20 ms
    from rich.live import Live  # noqa: PLC0415 - as above

    from batch_constructs.cli.local.overview import all_jobs, overview  # noqa: PLC0415 - as above

    endpoint = common.endpoint(folder)

    def ask(operation: str, **request: Any) -> dict[str, Any]:
        return _asked(partial(endpoint.call, operation, **request))

    if style == "json":
        click.echo(json.dumps(list(all_jobs(ask)), indent=1))
        return
    console = Console(highlight=False)
    if not watch:
        console.print(overview(ask))
        return
    with Live(overview(ask), console=console, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(_REFRESH_SECONDS)
                live.update(overview(ask), refresh=True)
        except KeyboardInterrupt:
            return


@click.command()
@click.argument("job")
@common.state
@click.option("--follow", is_flag=True, help="Go on until the job has ended.")
def logs(job: str, folder: Path, *, follow: bool) -> None:
    """Print what a job has written; a child of an array is ID:INDEX.

    Exit status: 0 printed, 2 there is no such job, or none runs.
    """
    endpoint = common.endpoint(folder)
    positions: dict[str, int] = {}
    while True:
        # The state is asked first: a job that has ended writes nothing more.
        ended = _described(endpoint, job)["status"] in _ENDED
        for output in _asked(lambda: endpoint.outputs(job, positions)):
            for line in output["lines"]:
                click.echo(common.labeled(output["label"], line))
            positions[output["stream"]] = positions.get(output["stream"], 0) + len(output["lines"])
        if ended or not follow:
            return
        time.sleep(_REFRESH_SECONDS)


@click.command()
@common.state
def events(folder: Path) -> None:
    """Print what the rules of the template have delivered.

    Exit status: 0 printed, 2 none runs.
    """
    common.endpoint(folder)
    file = folder / "events.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        click.echo(common.delivery_text(json.loads(line)))


@click.command()
@click.argument("name")
@common.state
def fire(name: str, folder: Path) -> None:
    """Deliver a schedule of the template at once, whenever it is due.

    Exit status: 0 delivered, 2 there is no such schedule, or none runs.
    """
    endpoint = common.endpoint(folder)
    for delivery in _asked(lambda: endpoint.fire(name))["deliveries"]:
        click.echo(common.delivery_text(delivery))


@click.command()
@click.argument("job")
@common.state
@click.option("--reason", default="canceled by the user", show_default=True, help="The status reason.")
@click.option("--terminate", is_flag=True, help="Stop it even if it runs.")
def cancel(job: str, folder: Path, *, reason: str, terminate: bool) -> None:
    """Cancel a job that has not started; with --terminate any job.

    Exit status: 0 accepted, 2 none runs.
    """
    endpoint = common.endpoint(folder)
    operation = "TerminateJob" if terminate else "CancelJob"
    _asked(lambda: endpoint.call(operation, jobId=job, reason=reason))


def _asked(ask: Callable[[], T]) -> T:
    """Return an answer; end the command if the request is refused."""
    from batch_constructs.local.client import NotRunningError  # noqa: PLC0415 - loaded by these commands only
    from batch_constructs.local.errors import ClientError  # noqa: PLC0415 - as above

    try:
        return ask()
    except (ClientError, NotRunningError) as error:
        fail(str(error))


def _only_queue(endpoint: Endpoint) -> str:
    names = [each["jobQueueName"] for each in _asked(lambda: endpoint.call("DescribeJobQueues"))["jobQueues"]]
    if len(names) != 1:
        fail(f"add --queue, since the template has several job queues: {', '.join(names) or 'none'}")
    return str(names[0])


def _described(endpoint: Endpoint, job: str) -> dict[str, Any]:
    found = _asked(lambda: endpoint.call("DescribeJobs", jobs=[job]))["jobs"]
    if not found:
        fail(f"there is no job {job}")
    described: dict[str, Any] = found[0]
    return described
