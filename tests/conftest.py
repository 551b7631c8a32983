"""Fixtures for all tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.once import folder_of_run, once

# The CDK's own validation costs 3 seconds a process; cfn-lint and our rules look at the same templates.
os.environ.setdefault("CDK_VALIDATION", "false")

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2


@pytest.fixture
def stack() -> Stack:
    """Return an empty stack in its own app, without the rules at synth, since each test checks one construct only."""
    import aws_cdk as cdk

    return cdk.Stack(cdk.App(context={"batch-constructs:checks": False}), "Stack")


@pytest.fixture
def vpc(stack: Stack) -> ec2.IVpc:
    """Return an imported network, which adds nothing to the template."""
    from aws_cdk import aws_ec2

    return aws_ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-1", "subnet-2"],
        public_subnet_ids=["subnet-3", "subnet-4"],
    )


@pytest.fixture
def synth(stack: Stack) -> Callable[[], dict[str, dict[str, Any]]]:
    """Gives the stack's resources by logical id."""

    def resources() -> dict[str, dict[str, Any]]:
        from aws_cdk import Stage

        stage = Stage.of(stack)
        assert stage is not None
        found: dict[str, dict[str, Any]] = (
            stage.synth(force=True).get_stack_by_name(stack.stack_name).template
        )
        return found["Resources"]

    return resources


@pytest.fixture
def only(synth: Callable[[], dict[str, dict[str, Any]]]) -> Callable[[str], dict[str, Any]]:
    """Gives the properties of the only resource of a type."""

    def properties(kind: str) -> dict[str, Any]:
        found = [each for each in synth().values() if each["Type"] == kind]
        assert len(found) == 1, f"{len(found)} resources of type {kind}"
        properties: dict[str, Any] = found[0]["Properties"]
        return properties

    return properties


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Gives what the CDK's strict validation and cdk-nag say of an example: findings by the name of the judge."""
    out = folder_of_run(tmp_path_factory) / "judged"
    out.mkdir(exist_ok=True)
    folder = Path(__file__).parent
    names = sorted(path.parent.name for path in (folder.parent / "examples").glob("*/app.py"))

    def synthesize() -> str:
        command = [sys.executable, str(folder / "judge_examples.py"), str(out), *names]
        environment = {**os.environ, "CDK_VALIDATION": "true"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stderr

    said = once(out, "synthesized", synthesize)

    def report(example: str) -> dict[str, Any]:
        file = out / example / "validation-report.json"
        assert file.exists(), said
        plugins = json.loads(file.read_text(encoding="utf-8"))["pluginReports"]
        return {plugin["pluginName"]: plugin["violations"] for plugin in plugins}

    return report
