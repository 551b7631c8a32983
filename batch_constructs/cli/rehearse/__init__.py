"""``batch-constructs rehearse``: a platform and its work on a virtual clock."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch_constructs.cli.failing import fail, reason
from batch_constructs.cli.local.common import pairs
from batch_constructs.cli.progress import progress

if TYPE_CHECKING:
    from batch_constructs.facts.prices import Prices
    from batch_constructs.local.plan import Plan
    from batch_constructs.rehearsal import Rehearsal, RehearsalPlan
    from batch_constructs.rehearsal.conditions import Condition
    from batch_constructs.rehearsal.sensitivity import Variation

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("path", type=_PATH)
@click.argument("plan", type=_PATH, required=False)
@click.option(
    "--compare", metavar="OTHER", type=_PATH, help="Rehearse the same plan on another template, too."
)
@click.option(
    "--seeds", type=click.IntRange(1, 1_000), default=1, show_default=True, help="How many rehearsals."
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="The output format.",
)
@click.option("--svg", metavar="FILE", type=_PATH, help="Draw vCPUs, waiting jobs and runs over time.")
@click.option(
    "--calibrate",
    "past",
    metavar="FILE",
    type=_PATH,
    help="Fit durations, boot and start to the JSON of describe-jobs.",
)
@click.option("--sensitivity", is_flag=True, help="Double and halve each argument and assumption in turn.")
@click.option(
    "--fail-if",
    "conditions",
    metavar="CONDITION",
    multiple=True,
    help="Exit with 1 if this holds, such as 'wait.p95 > 30m'; repeatable.",
)
@click.option(
    "--prices", "price_file", metavar="FILE", type=_PATH, help="Prices: INSTANCE_TYPE,USD_PER_HOUR."
)
@click.option("--region", default="", help="The Region; by default that of the template, else us-east-1.")
@click.option(
    "--parameter", metavar="KEY=VALUE", multiple=True, help="A parameter of the template; repeatable."
)
@click.option("-q", "--quiet", is_flag=True, help="Leave out the remarks and the assumptions.")
def rehearse(
    path: Path,
    plan: Path | None,
    *,
    compare: Path | None,
    seeds: int,
    style: str,
    svg: Path | None,
    past: Path | None,
    sensitivity: bool,
    conditions: tuple[str, ...],
    price_file: Path | None,
    region: str,
    parameter: tuple[str, ...],
    quiet: bool,
) -> None:
    """Rehearse a platform on a virtual clock: waiting times, capacity, costs, and jobs that never run.

    \b
    batch-constructs rehearse cdk.out plan.yaml --svg night.svg
    batch-constructs rehearse cdk.out plan.yaml --compare other.cdk.out
    batch-constructs rehearse cdk.out plan.yaml --calibrate jobs.json --sensitivity
    batch-constructs rehearse cdk.out plan.yaml --fail-if 'makespan > 6h' --fail-if 'cost > 40'

    The plan says which jobs are submitted when, and how long they run. Without one the template's own schedules are
    rehearsed.

    Exit status: 0 rehearsed, 1 a condition of --fail-if holds, 2 the template or the plan cannot be used.
    """
    from batch_constructs.assembly.template import UnreadableInputError  # noqa: PLC0415 - costs 30 ms
    from batch_constructs.cli.rehearse import tables  # noqa: PLC0415 - rich costs 60 ms
    from batch_constructs.rehearsal.conditions import condition  # noqa: PLC0415 - loaded by this command only
    from batch_constructs.rehearsal.documents import document  # noqa: PLC0415 - as above

    try:
        wanted = [condition(each) for each in conditions]
        templates = [_template(each, parameter, region) for each in (path, compare) if each is not None]
        prices = _prices(price_file, templates[0].region)
        work = _fitted(_plan(plan), templates[0], past)
        results = [
            [_rehearsed(each, replace(work, seed=work.seed + index), prices) for index in range(seeds)]
            for each in templates
        ]
        if svg is not None:
            _draw(results[0][0], svg)
        broken = _broken(wanted, results[0])
        moved = _moved(templates[0], work, prices) if sensitivity else []
    except OSError as error:
        fail(f"{error.filename}: {reason(error)}")
    except (ValueError, UnreadableInputError) as error:
        fail(str(error))
    if style == "json":
        documents = [[document(each) for each in group] for group in results]
        click.echo(json.dumps(documents[0][0] if seeds == 1 and compare is None else documents, indent=2))
    else:
        tables.show(results, [str(each) for each in (path, compare) if each is not None], quiet=quiet)
        if moved:
            tables.show_sensitivity(results[0][0], moved)
    for sentence in broken:
        click.echo(sentence, err=True)
    sys.exit(1 if broken else 0)


def _template(path: Path, parameter: tuple[str, ...], region: str) -> Plan:
    from batch_constructs.local.plan import plan  # noqa: PLC0415 - as above

    with progress(f"reading {path}"):
        return plan(path, parameters=pairs(parameter), region=region)


def _plan(path: Path | None) -> RehearsalPlan:
    from batch_constructs.rehearsal import RehearsalPlan, load_plan  # noqa: PLC0415 - as above

    return RehearsalPlan() if path is None else load_plan(path)


def _fitted(plan: RehearsalPlan, template: Plan, past: Path | None) -> RehearsalPlan:
    """Return a plan with what was fitted to jobs of the past; what the plan says is kept."""
    if past is None:
        return plan
    from batch_constructs.rehearsal.calibration import calibrate  # noqa: PLC0415 - as above
    from batch_constructs.rehearsal.traces import load_trace  # noqa: PLC0415 - as above

    with progress(f"fitting to {past}"):
        return calibrate(template, load_trace(past), past.name).applied(plan)


def _moved(template: Plan, plan: RehearsalPlan, prices: Prices | None) -> list[Variation]:
    from batch_constructs.rehearsal.sensitivity import variations  # noqa: PLC0415 - as above

    with progress("changing one thing at a time"):
        return list(variations(template, plan, prices=prices))


def _prices(path: Path | None, region: str) -> Prices | None:
    from batch_constructs.facts import prices  # noqa: PLC0415 - as above

    return prices.from_file(path, region) if path is not None else None


def _rehearsed(template: Plan, plan: RehearsalPlan, prices: Prices | None) -> Rehearsal:
    from batch_constructs.rehearsal import rehearse as play  # noqa: PLC0415 - as above

    with progress("rehearsing"):
        return play(template, plan, prices=prices)


def _draw(result: Rehearsal, path: Path) -> None:
    from batch_constructs.rehearsal.charts import svg  # noqa: PLC0415 - as above

    path.write_text(svg(result), encoding="utf-8")
    click.echo(f"wrote {path}", err=True)


def _broken(conditions: list[Condition], results: list[Rehearsal]) -> list[str]:
    """Return a sentence for each condition that holds in one of the rehearsals."""
    return [
        sentence
        for wanted in conditions
        if (sentence := next(filter(None, (wanted.breach(each) for each in results)), ""))
    ]
