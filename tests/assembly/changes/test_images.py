"""Environments with images that AWS gives to existing environments only."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.assembly.changes import Risk

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.assembly.changes import Change

    Planned = Callable[..., dict[str, Change]]


def environment(image: str = "ECS_AL2", tags: Any = None, **resources: Any) -> dict[str, Any]:
    """Return a template with an environment that a change of tags replaces."""
    properties = {
        "Type": "MANAGED",
        **({"Tags": tags} if tags else {}),
        "ComputeResources": {
            "Type": "EC2",
            "AllocationStrategy": "BEST_FIT_PROGRESSIVE",
            "InstanceTypes": ["m7i"],
            "MaxvCpus": 4,
            "Ec2Configuration": [{"ImageType": image}],
            **resources,
        },
    }
    return {"Resources": {"Env": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}}}


def refusals(change: Change) -> list[Risk]:
    """Return the risks of the problems with an image."""
    return [problem.risk for problem in change.problems if "since 2026-06-30" in problem.message]


@pytest.mark.parametrize("image", ["ECS_AL2", "ECS_AL2_NVIDIA"])
def test_a_replacement_with_amazon_linux_2_is_refused(planned: Planned, image: str) -> None:
    """A replacement creates a new environment, which AWS refuses with its images of Amazon Linux 2."""
    old, new = environment(image), environment(image, {"cost": "a"})
    change = planned(old, new)["Env"]
    assert refusals(change) == [Risk.FAILS]
    assert any(
        problem.remedy
        == f"set ImageType to {image.replace('2', '2023')} in the same deployment, or keep Tags.cost as it is"
        for problem in change.problems
    )


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, [Risk.FAILS]),
        ({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, [Risk.MAY_FAIL]),
        ({"ImageId": "ami-1"}, []),
        ({"Ec2Configuration": [{"ImageType": "ECS_AL2", "ImageIdOverride": "ami-1"}]}, []),
        ({"Ec2Configuration": [{"ImageType": "ECS_AL2023"}]}, []),
        ({"Ec2Configuration": [{"ImageType": {"Ref": "Image"}}]}, []),
    ],
)
def test_an_own_image_is_not_refused(
    planned: Planned, resources: dict[str, Any], expected: list[Risk]
) -> None:
    """Only images of AWS are refused; a launch template in no template may have its own."""
    old, new = environment(**resources), environment(tags={"cost": "a"}, **resources)
    assert refusals(planned(old, new)["Env"]) == expected


def test_a_new_environment_with_amazon_linux_2_is_refused_and_an_update_is_not(planned: Planned) -> None:
    """An existing environment keeps its image through updates; a new one, also by another logical id, cannot have it."""
    old = environment()
    updated = copy.deepcopy(old)
    updated["Resources"]["Env"]["Properties"]["ComputeResources"]["MaxvCpus"] = 8
    assert refusals(planned(old, updated)["Env"]) == []
    renamed = {"Resources": {"Other": old["Resources"]["Env"]}}
    assert refusals(planned(old, renamed)["Other"]) == [Risk.FAILS]
