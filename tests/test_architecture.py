"""The rules of the house: who may import whom, and how large a room may be."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "batch_constructs"

# From the cellar up. A module imports from floors below its own, and from its own room; nothing imports upwards.
FLOORS = (
    ("facts",),
    ("_tokens",),
    ("_arguments",),
    (
        "_last_words",
        "_loading",
        "_node",
        "_problems",
        "_cfn",
        "_references",
        "_dead_letters",
        "_keys",
        "_places",
        "_connections",
        "_metrics",
        "_cli_json",
    ),
    ("roles", "networking"),
    ("permissions",),
    ("launch_templates",),
    (
        "compute_environments",
        "service_environments",
        "consumable_resources",
        "job_definitions",
        "scheduling_policies",
        "time_limits",
    ),
    ("job_queues",),
    ("service_job_queue_base",),
    ("service_job_queues",),
    ("monitoring", "submissions", "nextflow"),
    ("platform",),
)
WRITING_WING = {room for floor in FLOORS[1:] for room in floor}
READING_WING = {"assembly", "cli", "_cli"}
# Where the wings meet.
DOORS = {"_synth_checks", "testing"}
# Rooms larger than 300 lines, each with its reason.
LARGE: dict[str, str] = {
    "__init__.py": "the public names, three times: data",
    "facts/vocabulary.py": "the closed sets of AWS's words, an enumeration each: data",
}
LIMIT = 300


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    """The top-level module or folder that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path, *, annotations: bool = True) -> Iterator[str]:
    """The modules that a file imports, as written."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden: set[ast.AST] = set()
    if not annotations:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                hidden.update(each for child in node.body for each in ast.walk(child))
    for node in ast.walk(tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            if node.module == "batch_constructs":
                yield from (f"batch_constructs.{alias.name}" for alias in node.names)
            elif node.module is not None:
                yield node.module


def rooms_imported(path: Path) -> set[str]:
    ours = [name.split(".") for name in imports(path) if name.startswith("batch_constructs.")]
    return {parts[1] for parts in ours} - {room(path)}


def floor_of(name: str) -> int:
    return next(number for number, floor in enumerate(FLOORS) if name in floor)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_keeps_to_its_place(path: Path) -> None:
    """Imports go down in the writing wing; the reading wing imports facts only; the package knows no tests."""
    here, used = room(path), rooms_imported(path)
    if here == "__init__":
        return  # it only names where things live; the test of the public names looks at it
    if here == "facts":
        assert used == set()
    elif here == "assembly":
        assert used <= {"facts"}
    elif here in READING_WING:
        assert used <= {"facts", *READING_WING}
    elif here in DOORS:
        assert used <= {
            "facts",
            "_arguments",
            "_expectations",
            "_last_words",
            "_loading",
            "_tokens",
            "_problems",
            "_node",
            "_cfn",
            "assembly",
            *DOORS,
        }
    else:
        above = {name for name in used if name in READING_WING | DOORS or floor_of(name) >= floor_of(here)}
        allowed = (
            {
                "_tokens",
                "_problems",
                "_cfn",
                "_synth_checks",
                "_references",
                "_dead_letters",
                "_keys",
                "_places",
                "_connections",
            }
            if here in WRITING_WING
            else set()
        )
        assert above <= allowed


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_facts_and_the_reading_wing_know_no_cdk(path: Path) -> None:
    """Templates that nobody wrote with this library are read without aws_cdk, jsii or Node."""
    if room(path) in {"facts", *READING_WING}:
        foreign = {name.split(".")[0] for name in imports(path)}
        assert not foreign & {"aws_cdk", "constructs", "jsii"}


def code_lines(path: Path) -> set[int]:
    """The numbers of the lines that are neither blank nor comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    ignored = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines = {
        number
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in ignored
        for number in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for each in body:
            if (
                isinstance(each, ast.Expr)
                and isinstance(each.value, ast.Constant)
                and isinstance(each.value.value, str)
            ):
                lines -= set(range(each.lineno, (each.end_lineno or each.lineno) + 1))
    return lines


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_stay_small(path: Path) -> None:
    """A module over 300 lines of code needs a reason: docstrings, comments and blank lines cost a reader no effort."""
    lines = len(code_lines(path))
    name = str(path.relative_to(PACKAGE))
    assert lines <= LIMIT or name in LARGE, f"{name} has {lines} lines"


@pytest.mark.parametrize(
    "module", ["batch_constructs", "batch_constructs.facts.instance_types", "batch_constructs.cli"]
)
def test_importing_starts_no_node(module: str) -> None:
    """The package, its facts and its command line load neither jsii nor aws_cdk."""
    code = f"import sys, {module}; print(sorted({{'jsii', 'aws_cdk', 'constructs'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_queue_brings_only_what_it_needs() -> None:
    """``from batch_constructs import JobQueue`` imports no part of the CDK that a queue has no use for."""
    code = (
        "import sys; from batch_constructs import JobQueue; "
        "print(*sorted(name for name in sys.modules if name.startswith('aws_cdk.aws_') and name.count('.') == 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    # aws_batch itself imports these three.
    assert imported <= {
        "aws_cdk.aws_batch",
        "aws_cdk.aws_ec2",
        "aws_cdk.aws_iam",
        "aws_cdk.aws_s3_assets",
        "aws_cdk.aws_logs",
        "aws_cdk.aws_kms",
        "aws_cdk.aws_s3",
    }
    assert not imported & {
        "aws_cdk.aws_cloudwatch",
        "aws_cdk.aws_ecs",
        "aws_cdk.aws_events",
        "aws_cdk.aws_events_targets",
        "aws_cdk.aws_sns",
    }
