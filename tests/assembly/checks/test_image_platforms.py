"""Images of assets for another processor, in cloud assemblies; a single template does not say how an image is built."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read

if TYPE_CHECKING:
    from pathlib import Path

TAG = "0123abcd"
IMAGE = {"Fn::Sub": f"${{AWS::AccountId}}.dkr.ecr.eu-west-1.${{AWS::URLSuffix}}/assets:{TAG}"}


def assembly(folder: Path, platform: str | None, resources: dict[str, Any]) -> Path:
    """Write what the CDK writes for a stack with one image."""
    source = {"directory": "asset"} | ({} if platform is None else {"platform": platform})
    asset = {"source": source, "destinations": {"here": {"repositoryName": "assets", "imageTag": TAG}}}
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}
    for name, content in {
        "manifest.json": {"version": "48.0.0", "artifacts": {"S": stack}},
        "S.template.json": {"Resources": resources},
        "S.assets.json": {"version": "48.0.0", "files": {}, "dockerImages": {TAG: asset}},
    }.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    return folder


def on_ec2(*types: str) -> dict[str, Any]:
    """Return a definition, and a queue with these instance types."""
    capacity = {"Type": "EC2", "MaxvCpus": 16, "InstanceTypes": list(types)}
    order = [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}]
    return {
        "Environment": resource("ComputeEnvironment", Type="MANAGED", ComputeResources=capacity),
        "Queue": resource("JobQueue", Priority=1, ComputeEnvironmentOrder=order),
        "Job": resource("JobDefinition", Type="container", ContainerProperties={"Image": IMAGE}),
    }


def on_fargate(**platform: Any) -> dict[str, Any]:
    """Return a definition for Fargate."""
    container = {"Image": IMAGE, **({"RuntimePlatform": platform} if platform else {})}
    return {
        "Job": resource(
            "JobDefinition",
            Type="container",
            PlatformCapabilities=["FARGATE"],
            ContainerProperties=container,
        )
    }


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::Batch::{kind}", "Properties": properties}


@pytest.mark.parametrize(
    ("platform", "resources", "expected"),
    [
        ("linux/arm64", on_ec2("m6i.large"), ["warning for arm64, and the hosts of Job are x86_64"]),
        (
            "linux/amd64",
            on_ec2("m7g", "c7g.large"),
            ["warning for x86_64, and the hosts of Job are arm64"],
        ),
        ("linux/arm64", on_fargate(), ["error for arm64, and the hosts of Job are x86_64"]),
        (
            "linux/amd64",
            on_fargate(CpuArchitecture="ARM64"),
            ["error for x86_64, and the hosts of Job are arm64"],
        ),
        ("linux/arm64", on_ec2("m7g", "m6i"), []),
        ("linux/arm64", on_ec2("m7g"), []),
        ("linux/arm64", on_ec2("m99.large"), []),
        ("linux/arm64", on_fargate(CpuArchitecture={"Ref": "Architecture"}), []),
        ("linux/amd64", on_fargate(), []),
        (None, on_fargate(CpuArchitecture="ARM64"), []),
    ],
)
def test_images_are_compared_with_the_hosts(
    tmp_path: Path, platform: str | None, resources: dict[str, Any], expected: list[str]
) -> None:
    """aws-batch-arch-for-protein-folding#18, agent-toolkit-for-aws#64: exec format error, told before the deployment."""
    model = read(assembly(tmp_path, platform, resources))
    found = check(model, select=["FIT-06"], crash=True)
    assert [f"{each.severity} {each.message.removeprefix('the image is ')}" for each in found] == expected


def test_assets_that_are_not_written_by_the_cdk_are_skipped(tmp_path: Path) -> None:
    """A broken list of assets adds nothing."""
    folder = assembly(tmp_path, "linux/arm64", on_fargate())
    (folder / "S.assets.json").write_text('{"dockerImages": [1]}', "utf-8")
    assert check(read(folder), select=["FIT-06"], crash=True) == ()
