"""JSON and YAML give the same data, with the line of every member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batch_constructs.assembly.template import UnreadableInputError
from batch_constructs.assembly.template.documents import JsonDocument
from batch_constructs.assembly.template.files import MAX_BYTES, parse

JSON = b"""
{"Resources": {"A": {"Type": "X",
  "Properties": {
    "List": [1, {"Deep":
      true}, []],
    "Empty": {}, "Text": "a \\" } ]"
  }}, "B": {}}
}"""

YAML = b"""
Resources:
  # a comment
  A:
    Type: X
    Properties:
      List:
        - 1
        - Deep: true
      Text: |
        two
        lines
      Next: {Flow: [a, b]}
"""


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((), 2),
        (("Resources",), 2),
        (("Resources", "A"), 2),
        (("Resources", "A", "Properties", "List"), 4),
        (("Resources", "A", "Properties", "List", 1, "Deep"), 4),
        (("Resources", "A", "Properties", "List", 2), 5),
        (("Resources", "A", "Properties", "Empty", "Missing"), 6),
        (("Resources", "A", "Properties", "Text"), 6),
        (("Resources", "B"), 7),
        (("Resources", "C"), 2),
        (("Resources", "A", "Type", "Below", 0), 2),
    ],
)
def test_lines_in_json(steps: tuple[str | int, ...], line: int) -> None:
    """The line is that of the member, or of its nearest existing parent."""
    assert parse(JSON).line(steps) == line


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((), 1),
        (("Resources", "A"), 4),
        (("Resources", "A", "Properties", "List", 1), 9),
        (("Resources", "A", "Properties", "List", 1, "Deep"), 9),
        (("Resources", "A", "Properties", "Next"), 13),
        (("Resources", "A", "Properties", "Next", "Flow", 1), 13),
        (("Resources", "A", "Properties", "Gone"), 6),
    ],
)
def test_lines_in_yaml(steps: tuple[str | int, ...], line: int) -> None:
    """The line is that of the member, or of its nearest existing parent."""
    assert parse(YAML).line(steps) == line


def test_every_line_of_a_pretty_printed_template() -> None:
    """The line of each member is the line of its key."""
    root = {"Resources": {f"R{i}": {"Properties": {"P": [i, {"Q": i}]}} for i in range(20)}}
    text = json.dumps(root, indent=1)
    document = JsonDocument(text, None)
    for i in range(20):
        line = document.line(("Resources", f"R{i}"))
        assert text.splitlines()[line - 1].strip().startswith(f'"R{i}"')
        assert document.line(("Resources", f"R{i}", "Properties", "P", 1, "Q")) == line + 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref X", {"Ref": "X"}),
        ("!Condition X", {"Condition": "X"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        ("!If [C, !Ref A, {B: 1}]", {"Fn::If": ["C", {"Ref": "A"}, {"B": 1}]}),
        ("!Base64 x", {"Fn::Base64": "x"}),
        ("{Fn::Sub: x}", {"Fn::Sub": "x"}),
        ("2010-09-09", "2010-09-09"),
        ("012345678901", "012345678901"),
        ("0", 0),
        ("-5", -5),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        ("22:22", "22:22"),
        ("yes", True),
        ("'yes'", "yes"),
        ("~", None),
        ("!!str 5", "5"),
        ("{1: a, yes: b}", {"1": "a", "yes": "b"}),
    ],
)
def test_yaml_values(text: str, value: Any) -> None:
    """Short forms are written out, and scalars are converted as CloudFormation does it."""
    assert parse(f"a: {text}".encode()).root == {"a": value}


def test_anchors_and_merge_keys() -> None:
    """Aliases are expanded; a mapping's own members win over merged ones."""
    root = parse(b"a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [*a, {z: 4}]}").root
    assert root == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 3, "y": 2},
        "d": {"x": 1, "y": 2, "z": 4},
    }


def test_a_file_with_braces_may_be_yaml() -> None:
    """Flow style is YAML in a YAML file; otherwise the message is about JSON."""
    assert parse(b"{a: 1}", Path("t.yaml")).root == {"a": 1}
    with pytest.raises(UnreadableInputError, match=r"it is not JSON: .* in line 1"):
        parse(b"{a: 1}", Path("t.json"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"Resources": {"A": 1, "B": 2, "A": 3}}', "its Resources have 'A' twice"),
        (b'{"Resources": {}, "Resources": {}}', "it has the section 'Resources' twice"),
        (b"Outputs:\n  A: 1\n  B: 2\n  A: 3\n", "its Outputs have 'A' twice, in line 2 and line 4"),
    ],
)
def test_a_repeated_name_is_noted(data: bytes, words: str) -> None:
    """CloudFormation takes the last of two resources with one logical id, which hides the first one."""
    assert parse(data).repeated == (f"{words}, and only the last is read",)


def test_a_repeated_member_of_a_resource_is_read() -> None:
    """Only names of resources, parameters and the like must be unique; elsewhere the last value counts."""
    assert parse(b"Resources: {A: {B: 1, B: 2}}").root == {"Resources": {"A": {"B": 2}}}
    assert parse(b'{"Resources": {"A": {"B": 1, "B": 2}}}').root == {"Resources": {"A": {"B": 2}}}


BOMB = "a: &a [x,x,x,x]\n" + "".join(
    f"b{i}: &b{i} [{','.join([f'*b{i - 1}' if i else '*a'] * 4)}]\n" for i in range(40)
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe\x00", "it is not text in UTF-8"),
        (b"[" * 10_000, "it is nested too deeply"),
        (b'{"a":' * 10_000, "it is nested too deeply"),
        (b"- " * 10_000, "it is nested too deeply"),
        (b"a: {" * 10_000, "it is nested too deeply"),
        (b"[" + b"9" * 5_000 + b"]", "it holds a number that is too long"),
        (b"a: &a [*a]", "refers to nothing, or to itself"),
        (b"*a", "refers to nothing, or to itself"),
        (BOMB.encode(), "it expands beyond the size of any template"),
        (b"a: 1\n---\nb: 1", "it holds more than one YAML document"),
        (b"? [a]\n: b", "a key is a mapping or a list in line 1"),
        (b"a: b: c", "it is not YAML: .* in line 1"),
        (b"a: \x00", "YAML"),
        (b"// c\n{}", "it begins with a comment, which JSON does not allow"),
        (b'{"a": 1 /* c */}', "it has a comment in line 1, which JSON does not allow"),
        (b" " * (MAX_BYTES + 1), "it is larger than any template"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    """Malicious and invalid input gives one sentence."""
    with pytest.raises(UnreadableInputError, match=reason):
        parse(data)
