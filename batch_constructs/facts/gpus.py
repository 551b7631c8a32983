"""Which GPUs Batch can schedule. Chapter: GPU Jobs.

How many GPUs a type has is in ``instance_types``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNSCHEDULABLE_FAMILIES: Mapping[str, str] = MappingProxyType({"g4ad": "its GPUs are AMD's"})
"""Families with GPUs that Batch never gives to jobs, with the reason: it schedules NVIDIA's only (GPU-03).

Jobs that ask for vCPUs and memory alone can reach them, by user data or an image of one's own.
"""

FAMILIES_ON_OWN_IMAGES: Mapping[str, str] = MappingProxyType({"g5g": "its processor is Arm"})
"""Families whose GPUs jobs get only on an image of one's own, or by user data: no image of Batch drives them (GPU-03)."""

GENERATIONS = frozenset({"p2", "p3", "p4", "p5", "p6", "g3", "g4", "g5", "g6"})
"""The generations that AWS names for GPU jobs; newer ones may have joined, so that a rule may only warn (GPU-04)."""

_GENERATION = re.compile(r"[a-z]+[0-9]+")


def why_unschedulable(name: str, *, own_image: bool = False) -> str | None:
    """Why Batch cannot schedule the GPUs of an instance type or family; ``None`` when nothing is known against it.

    Args:
        name: An instance type or family.
        own_image: Whether the image, or the user data, is one's own.
    """
    family = name.partition(".")[0]
    reason = UNSCHEDULABLE_FAMILIES.get(family) or (None if own_image else FAMILIES_ON_OWN_IMAGES.get(family))
    return f"{family}: {reason}" if reason else None


def is_named_for_gpu_jobs(name: str) -> bool:
    """Whether AWS names the generation of an instance type or family for GPU jobs."""
    generation = _GENERATION.match(name)
    return generation is not None and generation[0] in GENERATIONS and why_unschedulable(name) is None
