"""Options and helpers of the commands under ``batch-constructs local``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch_constructs.cli.failing import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from batch_constructs.local.client import Endpoint
    from batch_constructs.local.engine import Assumptions
    from batch_constructs.local.executors import Executor
    from batch_constructs.local.mappings import Mappings
    from batch_constructs.local.session import Session

PROCESS_NOTICE = "process executor: jobs run as you, on this machine, without isolation; images are ignored"

template = click.argument("path", type=click.Path(path_type=Path))
parameter = click.option(
    "--parameter", metavar="KEY=VALUE", multiple=True, help="A parameter of the template; repeatable."
)
parameters = click.option(
    "--parameters", metavar="KEY=VALUE", multiple=True, help="A parameter of the job; repeatable."
)
command = click.option(
    "--command", default="", help="A command in place of the definition's, as a shell splits it."
)
queue = click.option("--queue", default="", help="The job queue, where the template has several.")
array_size = click.option(
    "--array-size", type=click.IntRange(2, 10_000), help="Submit an array of this size."
)
share = click.option(
    "--share", default="", help="The share identifier, where the queue has a scheduling policy."
)
vcpus = click.option(
    "--vcpus", type=float, help="vCPUs that jobs may reserve; by default those of this machine."
)
memory = click.option(
    "--memory", type=int, help="Memory in MiB that jobs may reserve; by default this machine's."
)
gpus = click.option("--gpus", type=click.IntRange(0), default=0, help="GPUs that jobs may reserve.")

executor = click.option(
    "--executor",
    type=click.Choice(["process", "docker"]),
    default="process",
    show_default=True,
    help="What runs the jobs: processes without isolation, or containers.",
)
mappings = click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path),
    help="A YAML file with the local values of secrets, images and mounts.",
)
assume = click.option(
    "--assume",
    metavar="NAME=VALUE",
    multiple=True,
    help="Another value for what AWS does not document; repeatable. `local assumptions` lists the names.",
)
pull = click.option("--pull", is_flag=True, help="Pull images that are not on this machine.")
privileged = click.option("--privileged", is_flag=True, help="Let containers be privileged that ask for it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options of ``run`` and ``up`` that decide how jobs run."""

    executor: str = "process"
    mapping: Path | None = None
    pull: bool = False
    privileged: bool = False
    vcpus: float | None = None
    memory: int | None = None
    gpus: int = 0
    assume: tuple[str, ...] = ()


def settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that decide how jobs run, and pass them on as one argument, ``settings``."""

    @wraps(function)
    def with_settings(**given: Any) -> Any:
        chosen = {each.name: given.pop(each.name) for each in fields(Settings)}
        return function(settings=Settings(**chosen), **given)

    wrapped: Callable[..., Any] = with_settings
    for option in (assume, gpus, memory, vcpus, privileged, pull, mappings, executor):
        wrapped = option(wrapped)
    return wrapped


def state(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that names the folder of the state."""
    return click.option(
        "--state",
        "folder",
        type=click.Path(path_type=Path),
        default=Path(".batch-local"),
        show_default=True,
        help="The folder of the state and the logs.",
    )(function)


def pairs(values: tuple[str, ...]) -> dict[str, str]:
    """Return ``KEY=VALUE`` options by key; end the command if one has another form."""
    for value in values:
        if "=" not in value:
            fail(f"a parameter must be KEY=VALUE, got {value!r}")
    return dict(value.split("=", 1) for value in values)


def session(
    path: Path,
    folder: Path,
    parameter: tuple[str, ...],
    settings: Settings,
    *,
    attempt_seconds: float | None = None,
) -> Session:
    """Open a local Batch with the resources of a template; end the command if that fails."""
    from batch_constructs.assembly.template import UnreadableInputError  # noqa: PLC0415 - costs 30 ms
    from batch_constructs.local.errors import ClientError, FolderInUseError  # noqa: PLC0415 - loaded by these commands only
    from batch_constructs.local.executors import NoEngineError  # noqa: PLC0415 - loaded by these commands only
    from batch_constructs.local.mappings import MappingError, Mappings  # noqa: PLC0415 - as above
    from batch_constructs.local.plan import UnresolvedError, plan  # noqa: PLC0415 - as above
    from batch_constructs.local.session import open_session  # noqa: PLC0415 - as above

    try:
        planned = plan(path, parameters=pairs(parameter))
        known = Mappings.read(settings.mapping) if settings.mapping else Mappings()
        executor = _executor(settings, known)
        opened = open_session(
            planned,
            executor,
            folder,
            vcpus=settings.vcpus,
            memory=settings.memory,
            gpus=settings.gpus,
            assumptions=assumptions(settings.assume),
            attempt_seconds=attempt_seconds,
        )
    except (
        UnreadableInputError,
        UnresolvedError,
        NoEngineError,
        MappingError,
        ClientError,
        FolderInUseError,
    ) as error:
        fail(str(error))
    opened.batch.launcher.mappings = known
    return opened


def assumptions(assume: tuple[str, ...]) -> Assumptions:
    """Return the assumptions with the values that were given; end the command if there is no such value."""
    from batch_constructs.local.engine import Assumptions  # noqa: PLC0415 - loaded by these commands only

    try:
        return Assumptions.parsed(pairs(assume))
    except ValueError as error:
        fail(str(error))


def announce(settings: Settings) -> None:
    """Say aloud that processes are not isolated."""
    if settings.executor == "process":
        click.echo(PROCESS_NOTICE, err=True)


def _executor(settings: Settings, mappings: Mappings) -> Executor:
    from batch_constructs.local.executors import DockerExecutor, ProcessExecutor  # noqa: PLC0415 - as above

    if settings.executor == "process":
        return ProcessExecutor()
    return DockerExecutor(
        images=mappings.images, mounts=mappings.mounts, pull=settings.pull, privileged=settings.privileged
    )


def named(find: Callable[[], str]) -> str:
    """Return the name that was found; end the command if there is none, or if several match."""
    from batch_constructs.local.session import UnknownNameError  # noqa: PLC0415 - loaded by these commands only

    try:
        return find()
    except UnknownNameError as error:
        fail(str(error))


def endpoint(folder: Path) -> Endpoint:
    """Return the endpoint of the local Batch that runs; end the command if none runs."""
    from batch_constructs.local.client import Endpoint, NotRunningError  # noqa: PLC0415 - as above

    try:
        return Endpoint.read(folder)
    except NotRunningError as error:
        fail(str(error))


def delivery_text(delivery: Mapping[str, Any]) -> str:
    """Return what a target has received, as its reader sees it: a template of strings comes without its quotes."""
    receivers = ", ".join(delivery["recipients"]) or delivery["target"]
    lines = [line.removeprefix('"').removesuffix('"') for line in delivery["message"].splitlines()]
    shown = f"not delivered: {delivery['problem']}" if delivery["problem"] else "\n  ".join(lines)
    note = f" ({delivery['note']})" if delivery.get("note") else ""
    return f"{delivery['rule']} -> {receivers}{note}\n  {shown}"


def labeled(label: str, line: str) -> str:
    """Return a line of a job behind what it is called, if it is called anything."""
    return f"{label}: {line}" if label else line
