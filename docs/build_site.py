"""Generates pages of the site from the code: gallery, API reference, quotas."""  # noqa: INP001

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path

from batch_constructs import _HOMES
from batch_constructs.assembly.checks import rules
from batch_constructs.facts import quotas
from batch_constructs.facts.ranges import Quota
from docs import originals

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
_CODE = re.compile(r"```.*?```", re.DOTALL)
_ROOMS = {
    "networking": "Networks",
    "launch_templates": "Launch templates",
    "compute_environments": "Compute environments",
    "scheduling": "Scheduling",
    "job_queues": "Job queues",
    "job_definitions": "Job definitions",
    "submissions": "Submitting jobs",
    "service_jobs": "Service jobs",
    "roles": "Roles and permissions",
    "permissions": "Roles and permissions",
    "monitoring": "Monitoring",
    "platform": "Platforms",
    "facts": "Words and facts",
    "_border": "Errors",
}


def _from_docs(folder: Path, link: re.Match[str]) -> str:
    """Return a link of a README, rewritten for a page of the site."""
    if link[1].startswith("../README.md#"):
        # The part that all examples share is at the top of the same page.
        return f"]({link[1].removeprefix('../README.md')})"
    return f"]({os.path.relpath(folder / link[1], ROOT / 'docs')})"


def _in_common() -> list[str]:
    """Return the shared part of the examples' README: preparations for a first deployment, and the steps."""
    folder = ROOT / "examples"
    text = (folder / "README.md").read_text(encoding="utf-8")
    text = _LINK.sub(partial(_from_docs, folder), text[text.index("## Before") :])
    return [*text.strip().splitlines(), ""]


def gallery() -> str:
    """Return the gallery: the picture, the README and the code of each example."""
    parts = [
        "# Gallery",
        "",
        "Use this when you look for a complete example to start from. Each template is reviewed as a golden file, and",
        "`batch-constructs diagram` draws each picture from it.",
        "",
        *_in_common(),
        "## After public architectures { #originals }",
        "",
        "The table counts lines of infrastructure code, without blank lines, comments and docstrings. Neither side counts",
        "code that runs inside the jobs, modules and libraries. No example does exactly the same as its original: each",
        "README says what is left out, and what is added. [originals.toml](../examples/originals.toml) lists the counted",
        "files.",
        "",
        *originals.table(),
        "",
    ]
    for app in sorted((ROOT / "examples").glob("*/app.py")):
        text = (app.parent / "README.md").read_text(encoding="utf-8").strip()
        title, _, body = text.partition("\n")
        body = _LINK.sub(partial(_from_docs, app.parent), body).replace("\n## ", "\n### ")
        stack = next(iter(sorted(app.parent.glob("*/stack.py"))), app)
        code = stack.read_text(encoding="utf-8").strip()
        parts += [f"## {title.removeprefix('# ')} {{ #{app.parent.name} }}", "", body.strip(), ""]
        parts += [f'??? example "{stack.relative_to(app.parent)}"', ""]
        parts += [f"    {line}".rstrip() for line in ("```py", *code.splitlines(), "```")]
        parts.append("")
    return "\n".join(parts)


def reference() -> str:
    """Return the reference of every public name, by chapter."""
    rooms: dict[str, list[str]] = {title: [] for title in _ROOMS.values()}
    for name, home in _HOMES.items():
        rooms[_ROOMS[home.partition(".")[0]]].append(f"::: batch_constructs.{home}.{name}\n")
    parts = [
        "# API reference\n",
        "Use this when you need every argument of a name. All names come from `batch_constructs`.\n",
    ]
    for title, names in rooms.items():
        parts += [f"## {title}\n", *names] if names else []
    parts += ["## Tests\n", "These come from `batch_constructs.testing`.\n"]
    parts += [
        f"::: batch_constructs.testing.{name}\n"
        for name in (
            "findings.assert_no_findings",
            "running.assert_can_run",
            "updates.assert_updates_in_place",
            "snapshots.TemplateSnapshotExtension",
            "snapshots.normalized",
            "local.local_stack",
            "local.LocalStack",
            "local.LocalJob",
        )
    ]
    parts += [
        "The fixture `local_batch` calls `local_stack` with a folder of the test, and stops all jobs at its end. What runs the",
        "jobs is an executor:\n",
    ]
    parts += [
        f"::: batch_constructs.local.executors.{name}\n"
        for name in ("process.ProcessExecutor", "recorded.RecordedExecutor", "recorded.Recording")
    ]
    parts += [
        "`rehearse` plays a plan on a virtual clock: [rehearse a platform](rehearsal.md). It returns a `Rehearsal`:\n"
    ]
    parts += [
        f"::: batch_constructs.{name}\n"
        for name in (
            "testing.rehearsals.rehearse",
            "rehearsal.results.Rehearsal",
            "rehearsal.results.QueueResult",
            "rehearsal.results.EnvironmentResult",
            "rehearsal.results.Waits",
            "rehearsal.results.NeverRan",
        )
    ]
    return "\n".join(parts)


def all_quotas() -> str:
    """Return the quotas of an account, with their sources and the rules that check them."""
    lines = [
        "# Quotas",
        "",
        "Use this when you plan many queues, environments, shares or submissions. Quotas apply per account and Region.",
        "A template that exceeds one gets a warning; only what the API itself refuses is an error. AWS's page says that its",
        "quotas can't be changed, but AWS has raised some for users, as the third column shows. Quotas of EC2, Fargate and",
        "EBS are often reached earlier: [AWS Batch Service Limits](guide/aws-batch-service-limits.md). The docstring of each",
        "argument has the range of its values.",
        "",
        "| maximum | of | AWS has raised it | rule | source |",
        "|---:|---|---|---|---|",
    ]
    for quota in vars(quotas).values():
        if isinstance(quota, Quota):
            rule = f"[{quota.rule}](rules/{quota.rule}.md)" if quota.rule in rules() else "-"
            source = quota.source
            raised = "yes" if quota.adjustable else "-"
            name = f"[{source.name}]({source.link}), read" if source.link else f"{source.name},"
            lines.append(f"| {quota.value:,} | {quota.unit} | {raised} | {rule} | {name} {source.date} |")
    lines += ["", "Next: [AWS Batch Service Limits](guide/aws-batch-service-limits.md)."]
    return "\n".join([*lines, ""])


def pages() -> dict[str, str]:
    """Return the text of each page, by its name."""
    return {"gallery.md": gallery(), "reference.md": reference(), "quotas.md": all_quotas()}
