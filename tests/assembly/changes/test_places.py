"""Stacks of a cloud assembly that move to another Region or account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batch_constructs.assembly.changes import Kind, plan
from batch_constructs.assembly.template import read

if TYPE_CHECKING:
    from pathlib import Path

    from batch_constructs.assembly.template import BatchModel

QUEUE = {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": "jobs", "Priority": 1}}
BY_REGION = {
    "Mappings": {"Sizes": {"eu-west-1": {"priority": 1}, "us-east-1": {"priority": 5}}},
    "Conditions": {"InEurope": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
    "Resources": {
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Condition": "InEurope",
            "Properties": {"Priority": {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "priority"]}},
        }
    },
}


def assembly(folder: Path, **stacks: tuple[str, dict[str, Any]]) -> BatchModel:
    """Return a cloud assembly of stacks, each with its environment, such as ``aws://111122223333/eu-west-1``."""
    folder.mkdir()
    artifacts = {}
    for name, (environment, template) in stacks.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": environment,
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    return read(folder)


def test_a_stack_in_another_region_is_another_stack(tmp_path: Path) -> None:
    """The stack is created in the new Region, where its names are free, and the old one stays where it is."""
    template = {"Resources": {"Queue": QUEUE}}
    old = assembly(tmp_path / "old", Jobs=("aws://111122223333/eu-west-1", template))
    new = assembly(tmp_path / "new", Jobs=("aws://111122223333/us-east-1", template))
    changes = {change.kind: change for change in plan(old, new)}
    assert changes[Kind.CREATED].problems == ()
    assert changes[Kind.DELETED].at_least is Kind.UNCHANGED
    assert changes[Kind.DELETED].hint == (
        "the stack Jobs moves from 111122223333 eu-west-1 to 111122223333 us-east-1; the old one stays until somebody deletes it"
    )


def test_a_name_is_free_in_another_account(tmp_path: Path) -> None:
    """A queue that moves to a stack of another account finds its name free; in the same account it may be taken."""
    full: dict[str, Any] = {"Resources": {"Queue": QUEUE}}
    empty: dict[str, Any] = {"Resources": {}}
    for account, expected in (("111122223333", 1), ("444455556666", 0)):
        here, there = "aws://111122223333/eu-west-1", f"aws://{account}/eu-west-1"
        old = assembly(tmp_path / f"old{account}", A=(here, full), B=(there, empty))
        new = assembly(tmp_path / f"new{account}", A=(here, empty), B=(there, full))
        created = next(change for change in plan(old, new) if change.kind is Kind.CREATED)
        assert len(created.problems) == expected


def test_what_follows_the_region_is_certain_where_the_assembly_fixes_it(tmp_path: Path) -> None:
    """A mapping by Region is looked up, so that another value in another row is no change."""
    models = []
    for number, (europe, america) in enumerate(((1, 5), (1, 6), (2, 6))):
        template = json.loads(json.dumps(BY_REGION))
        rows = template["Mappings"]["Sizes"]
        rows["eu-west-1"]["priority"], rows["us-east-1"]["priority"] = europe, america
        models.append(assembly(tmp_path / str(number), Jobs=("aws://111122223333/eu-west-1", template)))
    assert plan(models[0], models[1]) == ()
    [change] = plan(models[1], models[2])
    assert (change.properties[0].certain, change.properties[0].cause) == (True, "mapping Sizes")
