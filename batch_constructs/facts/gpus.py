"""The GPUs that Batch can schedule. Guide: GPU Jobs.

The number of GPUs of a type is in ``instance_types``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from batch_constructs.facts import instance_types

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSCHEDULABLE_FAMILIES: Mapping[str, str] = MappingProxyType({"g4ad": "its GPUs are AMD's"})
"""Families with GPUs that Batch never gives to jobs, with the reason: it schedules GPUs of NVIDIA only (GPU-03).

Jobs that need only vCPUs and memory can use these GPUs with user data or your own image.
"""

FAMILIES_ON_OWN_IMAGES: Mapping[str, str] = MappingProxyType(
    {"g5g": "its processor is Arm", "p6e-gb200": "its processor is Arm"}
)
"""Families whose GPUs need your own image or user data, since no image of Batch has the driver (GPU-03)."""

NVIDIA_BY_NAME = frozenset({"cg1", "g2", "g3", "g3s", "p2", "p3", "p6e-gb200"})
"""Families with GPUs of NVIDIA whose data are not available."""

OTHER_ACCELERATORS: Mapping[str, str] = MappingProxyType(
    {
        "dl1": "Gaudi accelerators",
        "dl2q": "Qualcomm's accelerators",
        "f1": "FPGAs",
        "f2": "FPGAs",
        "g4ad": "AMD's GPUs",
        "inf1": "AWS Neuron devices",
        "inf2": "AWS Neuron devices",
        "trn1": "AWS Neuron devices",
        "trn1n": "AWS Neuron devices",
        "trn2": "AWS Neuron devices",
        "trn2u": "AWS Neuron devices",
        "vt1": "video accelerators",
    }
)
"""Families with accelerators other than GPUs of NVIDIA. AWS's plain images have no driver for them (AMI-14)."""

GENERATIONS = frozenset({"p2", "p3", "p4", "p5", "p6", "g3", "g4", "g5", "g6"})
"""The generations that AWS names for GPU jobs; g7 and g7e are on no list of AWS Batch yet, and p2 on one of two.

Newer ones may have been added, so a rule may only warn (GPU-04)."""

_GENERATION = re.compile(r"[a-z]+[0-9]+")


def why_unschedulable(name: str, *, own_image: bool = False) -> str | None:
    """Return why Batch cannot schedule the GPUs of an instance type or family; ``None`` if no reason is known.

    Args:
        name: An instance type or family.
        own_image: Whether the user has their own image or user data.
    """
    family = name.partition(".")[0]
    reason = UNSCHEDULABLE_FAMILIES.get(family) or (None if own_image else FAMILIES_ON_OWN_IMAGES.get(family))
    return f"{family}: {reason}" if reason else None


def without_nvidia(name: str) -> str | None:
    """Return what a type, family or bundle has instead of GPUs of NVIDIA; ``None`` if it has them or may have them.

    An unknown name may have them.
    """
    family = name.partition(".")[0]
    if (other := OTHER_ACCELERATORS.get(family)) is not None:
        return f"{name}, which has {other}"
    members = instance_types.members(name)
    if members:
        return f"{name} without" if any(not each.gpus for each in members) else None
    nothing_more = instance_types.is_known(name) and family not in NVIDIA_BY_NAME
    return f"{name} without" if nothing_more and not instance_types.has_facts(name) else None


def is_named_for_gpu_jobs(name: str) -> bool:
    """Return whether AWS names the generation of an instance type or family for GPU jobs."""
    generation = _GENERATION.match(name)
    return generation is not None and generation[0] in GENERATIONS and why_unschedulable(name) is None
