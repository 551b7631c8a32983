"""The rules of the house: who may import whom, and how large a room may be."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE = Path(__file__).parents[1] / "batch_constructs"

# The reading side, in the order in which it is built: each room imports rooms before it.
READING = (
    "assembly.template",
    "assembly.proofs",
    "assembly.reach",
    "assembly.may",
    "assembly.fit",
    "assembly.descriptions",
    "assembly.checks",
    "assembly.changes",
    "assembly.diagrams",
    "local",
    "rehearsal",
    "cli",
)
# The constructs, likewise.
CONSTRUCTS = (
    "_border",
    "roles",
    "networking",
    "permissions",
    "launch_templates",
    "compute_environments",
    "job_definitions",
    "scheduling",
    "job_queues",
    "submissions",
    "service_jobs",
    "monitoring",
    "platform",
)
ORDER = ("facts", *READING, *CONSTRUCTS, "testing")
# Where constructs ask the rules.
DOOR = "_border/synth_checks.py"
LIMIT = 300


def modules() -> dict[str, Path]:
    return {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(parts: Sequence[str]) -> str:
    """Return the room that a module belongs to: the folder or module at the top, or one floor below in ``assembly``."""
    return ".".join(parts[: 2 if parts[0] == "assembly" else 1])


def imports(path: Path, *, types: bool = True) -> Iterator[str]:
    """Yield the modules that a file imports, with or without those that only the type checker needs."""
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    for node in nodes:
        if types or not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            nodes += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            for alias in node.names:
                # A name that is imported from a package may be a module.
                module = PACKAGE.parent.joinpath(*f"{node.module}.{alias.name}".split("."))
                is_module = module.is_dir() or module.with_suffix(".py").is_file()
                yield f"{node.module}.{alias.name}" if is_module else str(node.module)


def arrows() -> Iterator[tuple[str, str, str]]:
    """Yield each import between two rooms: the file, its room, and the room that it imports."""
    for name, path in modules().items():
        here = room_of(name.removesuffix(".py").split("/"))
        # The face of the package says where each public name is; another test holds it.
        if here in {"__init__", "assembly.__init__"}:
            continue
        ours = [module.split(".")[1:] for module in imports(path) if module.startswith("batch_constructs.")]
        yield from ((name, here, there) for there in map(room_of, ours) if there != here)


def test_imports_lead_down_only() -> None:
    """A room imports only rooms that come before it in the order of the house."""
    assert [
        f"{name} imports {there}" for name, here, there in arrows() if there not in ORDER[: ORDER.index(here)]
    ] == []


def test_no_modules_wait_for_each_other() -> None:
    """No two modules import each other, directly or in a circle: each can be read and loaded after what it needs."""
    graph = {
        "batch_constructs." + name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for name, path in modules().items()
    }
    TopologicalSorter({name: set(imports(path, types=False)) for name, path in graph.items()}).prepare()


def test_constructs_and_templates_meet_at_one_door() -> None:
    """Constructs do not read templates, except to have them checked at synth; the test kit needs no construct."""
    assert [
        f"{name} imports {there}"
        for name, here, there in arrows()
        if (here in CONSTRUCTS and there in READING and name != DOOR)
        or (here == "testing" and there in CONSTRUCTS[1:])
    ] == []


def test_facts_and_the_reading_side_know_no_cdk() -> None:
    """Templates that nobody wrote with this library are read without aws_cdk, jsii or Node."""
    assert [
        f"{name} imports {module}"
        for name, path in modules().items()
        if name.startswith(("facts/", "assembly/", "cli/"))
        for module in imports(path)
        if module.split(".")[0] in {"aws_cdk", "constructs", "jsii"}
    ] == []


def code_lines(path: Path) -> set[int]:
    """Return the numbers of the lines that are neither blank nor comment nor docstring."""
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


def test_modules_stay_small() -> None:
    """No module has more than 300 lines of code; docstrings, comments and blank lines cost a reader no effort."""
    sizes = {name: len(code_lines(path)) for name, path in modules().items()}
    assert {name: lines for name, lines in sizes.items() if lines > LIMIT} == {}


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
