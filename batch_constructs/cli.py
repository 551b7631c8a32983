"""The ``batch-constructs`` command: checks templates, explains rules, shows what a template holds.

It reads templates only: no ``aws_cdk``, no Node.js, and nothing is loaded before a command needs it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from batch_constructs.assembly.template import BatchModel

_PATHS = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="batch-constructs", prog_name="batch-constructs")
def main() -> None:
    """Checks of AWS Batch in CloudFormation templates and CDK applications."""


@main.command()
@click.argument("paths", nargs=-1, required=True, type=_PATHS)
def show(paths: tuple[Path, ...]) -> None:
    """Show what templates or cdk.out folders hold of AWS Batch."""
    models = [_read(path) for path in paths]
    from batch_constructs._cli import show as tables  # noqa: PLC0415 - rich costs 60 ms

    tables.show(models)


def _read(path: Path) -> BatchModel:
    from batch_constructs.assembly.template import UnreadableInputError, read  # noqa: PLC0415 - only when needed

    try:
        return read(path)
    except UnreadableInputError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    """End with one line: the input cannot be read."""
    click.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
