"""The GPUs that Batch can schedule."""

from __future__ import annotations

import pytest

from batch_constructs.facts import gpus, instance_types


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("g4ad", "g4ad: its GPUs are AMD's"),
        ("g4ad.xlarge", "g4ad: its GPUs are AMD's"),
        ("g5g", "g5g: its processor is Arm"),
        ("p6e-gb200.36xlarge", "p6e-gb200: its processor is Arm"),
    ],
)
def test_amd_and_arm_are_not_scheduled(name: str, reason: str) -> None:
    """The answer has the reason."""
    assert str(gpus.why_unschedulable(name)).startswith(reason)
    assert not gpus.is_named_for_gpu_jobs(name)


@pytest.mark.parametrize(("name", "why"), [("g5g.metal", None), ("g4ad", "g4ad: its GPUs are AMD's")])
def test_an_image_of_ones_own_helps_arm_only(name: str, why: str | None) -> None:
    """AWS supports GPU jobs on Arm with custom images; for other makers' GPUs there is no way."""
    assert gpus.why_unschedulable(name, own_image=True) == why


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("dl1", "Gaudi"),
        ("f1.2xlarge", "FPGAs"),
        ("trn2", "Neuron"),
        ("trn2u.48xlarge", "Neuron"),
        ("u7ib-12tb", "without"),
        ("m9g.metal-24xl", "without"),
        ("i3.metal", "without"),
        ("hs1", "without"),
        ("default_x86_64", "without"),
    ],
)
def test_what_has_no_gpus_of_nvidia_is_told(name: str, has: str) -> None:
    """Also for types whose data have only the name."""
    assert has in str(gpus.without_nvidia(name))


@pytest.mark.parametrize(
    "name", ["g6", "p3", "p3.2xlarge", "p2", "g3s.xlarge", "p6e-gb200", "g9x.large", "p7"]
)
def test_what_has_them_or_may_have_them_passes(name: str) -> None:
    """An unknown name is no error."""
    assert gpus.without_nvidia(name) is None


def test_all_accelerators_of_ec2_are_sorted() -> None:
    """Each family with Neuron devices is among the other accelerators, and no family is in two lists."""
    neuron = {
        each.family
        for name in instance_types.names()
        if (each := instance_types.find(name)) and each.neuron_devices
    }
    assert neuron <= set(gpus.OTHER_ACCELERATORS)
    assert not set(gpus.OTHER_ACCELERATORS) & gpus.NVIDIA_BY_NAME
    assert all(map(instance_types.is_known, {*gpus.OTHER_ACCELERATORS, *gpus.NVIDIA_BY_NAME}))


@pytest.mark.parametrize(
    "name", ["g4dn.xlarge", "g5", "g6e", "p3dn.24xlarge", "p5en", "p6-b200.48xlarge", "g3s.xlarge"]
)
def test_the_generations_of_the_guide_are_named(name: str) -> None:
    """Including all sizes and variants."""
    assert gpus.why_unschedulable(name) is None
    assert gpus.is_named_for_gpu_jobs(name)


@pytest.mark.parametrize("name", ["c7i", "g7e", "gr6", "", "optimal", "p50"])
def test_others_are_not_named(name: str) -> None:
    """They may still work: g7e is newer than the text."""
    assert gpus.why_unschedulable(name) is None
    assert not gpus.is_named_for_gpu_jobs(name)


def test_the_data_agree_on_what_is_unschedulable() -> None:
    """Of the GPU types in the data, exactly g5g is not x86_64, and all have NVIDIA."""
    with_gpus = [
        type_ for name in instance_types.names() if (type_ := instance_types.find(name)) and type_.gpus
    ]
    assert {type_.family for type_ in with_gpus if "x86_64" not in type_.architectures} == {"g5g"}
    assert {gpu.manufacturer for type_ in with_gpus for gpu in type_.gpus} == {"NVIDIA"}
