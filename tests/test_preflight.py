"""What AWS was seen to refuse, none of our templates says: the rules of cdk-preflight find nothing in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import defaults
from tests.once import folder_of_run, once
from tests.preflight import judge

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.template.json"))
# Where a rule is right for other templates than this one.
EXCEPTIONS = {
    "blue_green-step2.BlueGreen.template.json": {
        "pf-batch-ce-state-enabled": "the second of its deploys: an update may switch an environment off",
    },
    "shared_files.SharedFiles.template.json": {
        "pf-efs-file-system-policy": "denied without TLS only, which the rule does not read: AWS's own statement",
    },
}
OF_CONSTRUCTS = {
    "UnmanagedEksComputeEnvironment": {
        "pf-batch-ce-unmanaged-service-role": "measured on ECS: AWS's guide has no service role for it on EKS",
    }
}
GPU_ON_FARGATE = {
    "Type": "AWS::Batch::JobDefinition",
    "Properties": {
        "Type": "container",
        "PlatformCapabilities": ["FARGATE"],
        "ContainerProperties": {
            "Image": "busybox",
            "ExecutionRoleArn": "arn:aws:iam::123456789012:role/execution",
            "ResourceRequirements": [
                {"Type": "VCPU", "Value": "1"},
                {"Type": "MEMORY", "Value": "2048"},
                {"Type": "GPU", "Value": "1"},
            ],
        },
    },
}


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """Gives what AWS would refuse of a golden template, or of a construct with its defaults."""

    def judge_all() -> dict[str, list[str]]:
        golden = {path.name: json.loads(path.read_text("utf-8")) for path in GOLDEN}
        made, failed = defaults.templates()
        return judge({**golden, **made, "broken": {"Resources": {"Job": GPU_ON_FARGATE}}}) | failed

    found: dict[str, list[str]] = once(folder_of_run(tmp_path_factory), "preflight", judge_all)
    return lambda name: found[name]


@pytest.mark.parametrize("name", [path.name for path in GOLDEN])
def test_aws_takes_every_example(name: str, refused: Callable[[str], list[str]]) -> None:
    """badmintoncryer/cdk-preflight: each of its rules stands for a deploy that rolled back, or a call that failed."""
    argued = EXCEPTIONS.get(name, {})
    assert [each for each in refused(name) if each.partition(" ")[0] not in argued] == []


@pytest.mark.parametrize("name", defaults.constructs())
def test_aws_takes_every_construct_with_its_defaults(name: str, refused: Callable[[str], list[str]]) -> None:
    """Whoever gives the arguments that must be given, and no others, can deploy what comes of it."""
    argued = OF_CONSTRUCTS.get(name, {})
    assert [each for each in refused(name) if each.partition(" ")[0] not in argued] == []


def test_the_judge_finds_what_aws_refuses(refused: Callable[[str], list[str]]) -> None:
    """And nothing beside it: without this, silence would prove nothing."""
    [found] = refused("broken")
    assert found.startswith("pf-batch-jd-resource-requirements-gpu-not-fargate at Job: ")
