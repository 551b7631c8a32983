"""The commands under ``batch-constructs local``: run the jobs of a template on this machine."""

from __future__ import annotations

import click

from batch_constructs.cli.local.jobs import cancel, events, fire, jobs, logs, submit
from batch_constructs.cli.local.running import run
from batch_constructs.cli.local.serving import assumptions, down, env, up

__all__ = ["local"]


@click.group()
def local() -> None:
    """Run the jobs of a template on this machine, by the scheduler's rules.

    \b
    batch-constructs local run cdk.out Align
    batch-constructs local up cdk.out --detach
    batch-constructs local submit Align
    batch-constructs local jobs --watch

    Exit status: 0 done, 2 refused, or nothing could be done; of run it is the job's.
    """


for _command in (up, run, submit, jobs, logs, events, fire, cancel, down, env, assumptions):
    local.add_command(_command)
