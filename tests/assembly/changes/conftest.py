"""Templates to change, and the plan of a deployment."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import plan
from batch_constructs.assembly.template import model_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture(scope="session")
def _golden() -> dict[str, dict[str, Any]]:
    return {file.name.partition(".")[0]: json.loads(file.read_text()) for file in GOLDEN.glob("*.json")}


@pytest.fixture
def quickstart(_golden: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the quick start with short logical ids: Spot, OnDemand, their templates, Queue, Hello.

    It has no construct paths, so that changes are named by these ids, and an empty section for parameters.
    """
    text = json.dumps(_golden["quickstart"])
    for long, short in {
        "SpotCDFFAAD7": "Spot",
        "OnDemand6491B0D0": "OnDemand",
        "Queue4A7E3555": "Queue",
        "Hello4A628BD4": "Hello",
        "SpotLaunchTemplate3CCA77EA": "SpotTemplate",
        "SpotSecurityGroupFAAF9C67": "SpotGroup",
    }.items():
        text = text.replace(f'"{long}"', f'"{short}"')
    template: dict[str, Any] = json.loads(text)
    for resource in template["Resources"].values():
        resource.pop("Metadata", None)
    return {"Parameters": {}, **template}


@pytest.fixture
def fargate() -> dict[str, Any]:
    """Return a Fargate environment in a queue."""
    return {
        "Resources": {
            "Fargate": {
                "Type": "AWS::Batch::ComputeEnvironment",
                "Properties": {
                    "Type": "MANAGED",
                    "ReplaceComputeEnvironment": False,
                    "ComputeResources": {
                        "Type": "FARGATE",
                        "MaxvCpus": 16,
                        "Subnets": ["subnet-1"],
                        "SecurityGroupIds": ["sg-1"],
                    },
                },
            },
            "Queue": {
                "Type": "AWS::Batch::JobQueue",
                "Properties": {
                    "Priority": 1,
                    "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Fargate"}}],
                },
            },
        }
    }


@pytest.fixture
def planned() -> Callable[..., dict[str, Change]]:
    """Return a function that plans a deployment of one template over another, with the changes by logical id."""

    def changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Change]:
        return {change.logical_id: change for change in plan(model_of(old), model_of(new))}

    return changes


@pytest.fixture
def changing(
    planned: Callable[..., dict[str, Change]],
) -> Callable[..., Change]:
    """Return a function that changes one property of a resource and returns its change; ``None`` removes the property."""

    def change(template: dict[str, Any], logical_id: str, path: str, value: Any) -> Change:
        new = copy.deepcopy(template)
        node = new["Resources"][logical_id]["Properties"]
        *above, last = path.split(".")
        for step in above:
            node = node.setdefault(step, {})
        if value is None:
            del node[last]
        else:
            node[last] = value
        return planned(template, new)[logical_id]

    return change
