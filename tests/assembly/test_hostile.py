"""Any file gives findings or one sentence: never a traceback, a hang or a memory explosion."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_constructs.assembly.changes import plan
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.diagrams import draw
from batch_constructs.assembly.template import Resource, UnreadableInputError, model_of
from batch_constructs.assembly.template.files import parse
from batch_constructs.assembly.template.views import kind_of
from batch_constructs.cli.tables import show
from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "golden"
FUZZ = settings(deadline=None, max_examples=300, derandomize=True, suppress_health_check=list(HealthCheck))

# Values that may be in the wrong place.
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "x",
    "-1",
    "1e999",
    "{{resolve:ssm:x}}",
    "\ud800",
    "\ue000",
    [],
    {},
    [[]],
    [None],
    ["x", 5, {}],
    {"a": {"b": []}},
    {"": ""},
    {"Ref": "Self"},
    {"Ref": "AWS::NoValue"},
    {"Ref": "AWS::Region"},
    {"Ref": []},
    {"Fn::GetAtt": ["Self", "Arn"]},
    {"Fn::GetAtt": "Self"},
    {"Fn::Sub": "${Self}${Self.Arn}${AWS::Region}x"},
    {"Fn::Sub": ["${a}", {"a": {"Ref": "Self"}}]},
    {"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]},
    {"Fn::If": ["C", {"a": 1}, [1]]},
    {"Fn::Join": ["", ["x", {"Ref": "P"}]]},
    {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]},
    {"Fn::FindInMap": ["M", {"Ref": "P"}, "k"]},
    {"Fn::ImportValue": "x"},
    {"Fn::Base64": {"Ref": "P"}},
    {"Fn::Transform": {"Name": "M"}},
    {"Fn::Transform": 1, "Other": 2},
)


def corpus(*kinds: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each rule with the templates of its cases, of the kinds ``broken`` and ``valid``."""
    for file in sorted((HERE / "checks" / "corpus").glob("*.yaml")):
        content = parse(file.read_bytes(), file).root
        for entry in (entry for kind in kinds for entry in content[kind]):
            resources = {logical_id: typed(short) for logical_id, short in entry["resources"].items()}
            yield file.stem, {**entry.get("also", {}), "Resources": resources}


def typed(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of the corpus's short form."""
    if "Type" in entry:
        return entry
    [(tag, properties)] = entry.items()
    kind = tag.removeprefix("Fn::")
    return {"Type": kind if "::" in kind else f"AWS::Batch::{kind}", "Properties": properties or {}}


TEMPLATES = list(corpus("broken", "valid"))


def places(node: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    """Yield every member of a template as container and key."""
    if depth > 40:
        return
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from places(node[key], depth + 1)


@FUZZ
@given(seed=st.integers(0, 2**64))
def test_wrong_types_at_every_place(seed: int) -> None:
    """A template with members replaced, removed or doubled never makes a rule crash."""
    chance = random.Random(seed)
    # As JSON and back: the corpus shares parts between templates.
    template = json.loads(json.dumps(chance.choice(TEMPLATES)[1]))
    for _ in range(chance.randint(1, 6)):
        container, key = chance.choice(list(places(template["Resources"])) or [(template, "Resources")])
        match chance.randint(0, 3):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1:
                container[key] = copy.deepcopy(chance.choice(list(places(template)))[0])
            case _:
                container[key] = copy.deepcopy(chance.choice(WRONG))
        if not isinstance(template.get("Resources"), dict):
            break
    assert isinstance(check(model_of(template), crash=True), tuple)


REFERENCE = {"Ref": "P"}
OPTIONAL = {"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]}


def in_turn(node: Any, unknown: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Put an unknown in the place of every member below a node, one after the other, and yield the member's path."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        here, kept = (*path, str(key) if isinstance(node, dict) else "[]"), node[key]
        node[key] = unknown
        try:
            yield here
        finally:
            node[key] = kept
        yield from in_turn(kept, unknown, here)


def test_every_member_unknown_in_turn() -> None:
    """No rule compares what it cannot know: every member of what it catches is tried as an unknown."""
    for rule, original in corpus("broken"):
        # As JSON and back: the corpus shares parts between resources.
        template = json.loads(json.dumps(original))
        for _ in in_turn(template["Resources"], REFERENCE):
            check(model_of(template), select=[rule], crash=True)


def test_every_instance_type_newer_than_the_data_in_turn() -> None:
    """No rule needs to know a type: each that a case names is replaced in turn by one that AWS may offer tomorrow."""
    replaced = 0
    for rule, original in corpus("broken", "valid"):
        template = json.loads(json.dumps(original))
        for container, key in list(places(template["Resources"])):
            name = container[key]
            if isinstance(name, str) and instance_types.find(name) is not None:
                container[key] = "x99.24xlarge"
                check(model_of(template), select=[rule], crash=True)
                container[key] = name
                replaced += 1
    assert replaced > 100


@pytest.mark.parametrize("unknown", [REFERENCE, OPTIONAL], ids=["ref", "if"])
def test_every_member_unknown_in_turn_is_drawn_shown_and_compared(
    unknown: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures, tables and plans compare no unknown: every member of every example is made unknown in turn.

    Members with the same path are tried once; of types without a view nothing is read.
    """
    # The tables are filled; to lay them out takes most of the time, and looks at finished cells only.
    monkeypatch.setattr("rich.console.Console.print", lambda *_, **__: None)
    tried: set[tuple[str, ...]] = set()
    for file in sorted(GOLDEN.glob("*.json")):
        template = json.loads(file.read_bytes())
        known = model_of(json.loads(file.read_bytes()))
        for entry in template["Resources"].values():
            if kind_of(entry) is Resource or "Properties" not in entry:
                continue
            for path in in_turn(entry["Properties"], unknown, (entry["Type"],)):
                if path in tried:
                    continue
                tried.add(path)
                model = model_of(template)
                draw(model)
                show([model])
                plan(known, model)
                plan(model, known)
    assert len(tried) > 1_000


@FUZZ
@given(data=st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    """Random bytes are read, or refused with a sentence, and checked without a crash."""
    try:
        root = parse(data).root
    except UnreadableInputError:
        return
    check(model_of({"Resources": root}), crash=True)


@FUZZ
@given(text=st.text(alphabet="{}[]:,-&*!?|>'\"#%@ \n\tabRef0.<", max_size=200))
def test_random_yaml(text: str) -> None:
    """Any combination of YAML's characters is read, or refused with a sentence."""
    with contextlib.suppress(UnreadableInputError):
        assert parse(text.encode()).line(("a", 0, "b")) >= 1


def test_circles_of_references() -> None:
    """Resources that refer to each other, or to themselves, cause no endless loop."""
    ring = {
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "DependsOn": ["Queue", "Environment"],
            "Properties": {
                "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}]
            },
        },
        "Environment": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {
                "ServiceRole": {"Ref": "Role"},
                "ComputeResources": {"Subnets": [{"Ref": "Subnet"}], "InstanceRole": {"Ref": "Profile"}},
            },
        },
        "Profile": {
            "Type": "AWS::IAM::InstanceProfile",
            "Properties": {"Roles": [{"Ref": "Role"}, {"Ref": "Profile"}]},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"ManagedPolicyArns": [{"Ref": "Role"}, {"Ref": "Policy"}]},
        },
        "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "Role"}]}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Subnet"}}},
    }
    check(model_of({"Resources": ring}), crash=True)


def towers() -> dict[str, bytes]:
    """Yield small files that become very large if they are expanded without a limit."""
    inner: Any = "x"
    for _ in range(150):
        inner = {"Fn::If": ["C", inner, {"Fn::Sub": ["${a}", {"a": inner if inner == "x" else "y"}]}]}
    doubled = "a: &a0 [x, x]\n" + "".join(f"b{i}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(60))
    commands = "\n".join(f"        - &c{i} !Join ['', [*c{i - 1}, *c{i - 1}]]" for i in range(1, 40))
    queue = {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": inner, "Priority": inner}}
    joined = "Resources:\n  Job:\n    Type: AWS::Batch::JobDefinition\n    Properties:\n      Parameters: {a: &c0 x}\n"
    chain = {
        f"P{i}": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": f"R{j}"} for j in range(40)]}}
        for i in range(40)
    }
    roles = {f"R{j}": {"Type": "AWS::IAM::Role", "Properties": {}} for j in range(40)}
    return {
        "arrays": b"[" * 10_000,
        "objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "sequences": b"- " * 10_000,
        "many_lists": b'{"Resources": {"A": [' + b"[]," * 1_000_000 + b"[]]}}",
        "many_keys": ("{" + ",".join(f'"k{i}": {i}' for i in range(200_000)) + "}").encode(),
        "aliases": doubled.encode(),
        "aliases_in_functions": (
            joined + "      ContainerProperties:\n        Command:\n" + commands
        ).encode(),
        "functions": json.dumps({"Resources": {"Queue": queue}}).encode(),
        "policies": json.dumps({"Resources": {**chain, **roles}}).encode(),
        "long_number": b'{"Resources": {"A": ' + b"9" * 100_000 + b"}}",
        "long_key": b'{"Resources": {"' + b"k" * 1_000_000 + b'": {"Type": "AWS::Batch::JobQueue"}}}',
        "half_a_string": b'{"Resources": "' + b"x" * 1_000_000,
        "tabs": b"a:\n\t- b",
        "nul": b"\x00" * 100_000,
    }


def limited() -> None:
    """Limit the memory of the process: far more than a check needs, far less than an expansion would take."""
    resource.setrlimit(resource.RLIMIT_AS, (2 * 1024**3, 2 * 1024**3))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


@pytest.mark.parametrize("name", sorted(towers()))
def test_traps(name: str, tmp_path: Path) -> None:
    """The command ends with 0, 1 or 2 and without a traceback, in limited time and memory."""
    file = tmp_path / name
    file.write_bytes(towers()[name])
    command = [sys.executable, "-m", "batch_constructs.cli", "check", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, preexec_fn=limited)
    assert done.returncode in {0, 1, 2}, done.stderr
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == (done.returncode == 2)
