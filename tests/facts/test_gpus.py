"""Which GPUs Batch can schedule."""

from __future__ import annotations

import pytest

from batch_constructs.facts import gpus, instance_types


@pytest.mark.parametrize("name", ["g4ad", "g4ad.xlarge", "g5g", "g5g.metal"])
def test_amd_and_graviton_are_not_scheduled(name: str) -> None:
    """With the reason."""
    assert gpus.why_unschedulable(name) in {"g4ad: its GPUs are AMD's", "g5g: its processor is Arm"}
    assert not gpus.is_named_for_gpu_jobs(name)


def test_an_own_image_can_drive_gpus_beside_an_arm_processor() -> None:
    """AWS names g5g for jobs on images or user data of one's own, and g4ad for none."""
    assert gpus.why_unschedulable("g5g.xlarge", own_image=True) is None
    assert gpus.why_unschedulable("g4ad.xlarge", own_image=True) == "g4ad: its GPUs are AMD's"


@pytest.mark.parametrize(
    "name", ["g4dn.xlarge", "g5", "g6e", "p3dn.24xlarge", "p5en", "p6-b200.48xlarge", "g3s.xlarge"]
)
def test_the_generations_of_the_guide_are_named(name: str) -> None:
    """All sizes and variants of a generation."""
    assert gpus.why_unschedulable(name) is None
    assert gpus.is_named_for_gpu_jobs(name)


@pytest.mark.parametrize("name", ["c7i", "g7e", "gr6", "", "optimal", "p50"])
def test_others_are_not_named(name: str) -> None:
    """Which is no proof against them: g7e is newer than the text."""
    assert gpus.why_unschedulable(name) is None
    assert not gpus.is_named_for_gpu_jobs(name)


def test_the_data_agree_on_what_is_unschedulable() -> None:
    """Of the described GPU types, exactly g5g is not x86_64, and none is without NVIDIA."""
    with_gpus = [
        type_ for name in instance_types.names() if (type_ := instance_types.find(name)) and type_.gpus
    ]
    assert {type_.family for type_ in with_gpus if "x86_64" not in type_.architectures} == {"g5g"}
    assert {gpu.manufacturer for type_ in with_gpus for gpu in type_.gpus} == {"NVIDIA"}
