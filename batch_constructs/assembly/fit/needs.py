"""The resources that a job needs on its host, as far as they are certain."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch_constructs.assembly.fit.hosts import containers_of, pod_amount, pod_containers_of, type_of
from batch_constructs.assembly.template import is_known
from batch_constructs.assembly.template.memo import once
from batch_constructs.assembly.template.resources import NodeRange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template import Unknown
    from batch_constructs.assembly.template.resources import JobDefinition, Submission
    from batch_constructs.facts.memory import Orchestration

_POD_MEMORY = re.compile(r"([0-9]{1,15})(Mi|Gi)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The least resources that a job, or each node of a range, needs on its host; 0 if unknown.

    Attributes:
        unit: the definition, or the range of nodes.
        vcpus: a number of vCPUs.
        memory_mib: memory in MiB.
        gpus: a number of GPUs.
        orchestration: the service on the host, which reserves memory.
        instance_type: the instance type that a range of nodes asks for.
    """

    unit: JobDefinition | NodeRange
    vcpus: float
    memory_mib: float
    gpus: int
    orchestration: Orchestration
    instance_type: str | None

    @property
    def words(self) -> str:
        """``4 vCPUs and 8,192 MiB``."""
        parts = [f"{self.vcpus:g} vCPU{'' if self.vcpus == 1 else 's'}"] if self.vcpus else []
        parts += [f"{self.memory_mib:,.0f} MiB"] if self.memory_mib else []
        parts += [f"{self.gpus} GPU{'' if self.gpus == 1 else 's'}"] if self.gpus else []
        return " and ".join((", ".join(parts[:-1]), parts[-1]) if len(parts) > 1 else parts)


def needs_of(definition: JobDefinition, submission: Submission | None = None) -> Iterator[Need]:
    """Yield the needs of a job, one for each kind of host, with the overrides of a submission, if any."""
    if submission is not None and _overrides_nothing(submission):
        yield from own_needs(definition)
        return
    nodes = definition.node_properties.node_range_properties
    for unit in nodes if definition.multi_node else (definition,):
        amounts = [_amount(unit, submission, kind) for kind in ("VCPU", "MEMORY", "GPU")]
        yield Need(
            unit=unit,
            vcpus=amounts[0],
            memory_mib=amounts[1],
            gpus=int(amounts[2]),
            orchestration="EKS" if unit.eks_properties.present else "ECS",
            instance_type=type_of(unit) if isinstance(unit, NodeRange) else None,
        )


@once
def own_needs(definition: JobDefinition) -> tuple[Need, ...]:
    """Return the needs of a job that is submitted without overrides."""
    return tuple(needs_of(definition))


def _amount(unit: JobDefinition | NodeRange, submission: Submission | None, kind: str) -> float:
    if submission is not None:
        others = (
            submission.ecs_properties_override,
            submission.eks_properties_override,
            submission.node_overrides,
        )
        overrides = submission.container_overrides
        asked = overrides.requirement(kind)
        legacy = overrides.gives({"VCPU": "Vcpus", "MEMORY": "Memory"}.get(kind, ""))
        if legacy or not submission.sure or not all(override.absent for override in others):
            return 0
        if asked is not None:
            return _number(asked)
    total = sum(_number(container.amount(kind)) for container in containers_of(unit))
    return total + sum(_pod_number(pod_amount(pod, _POD_NAMES[kind])) for pod in pod_containers_of(unit))


def _overrides_nothing(submission: Submission) -> bool:
    parts = (
        submission.container_overrides,
        submission.ecs_properties_override,
        submission.eks_properties_override,
        submission.node_overrides,
    )
    return submission.sure and all(part.absent for part in parts)


_POD_NAMES = {"VCPU": "cpu", "MEMORY": "memory", "GPU": "nvidia.com/gpu"}


def _number(value: str | Unknown | None) -> float:
    """Return a number that is written as a string; 0 if it is unknown or invalid."""
    try:
        number = float(value) if is_known(value) and len(value) < 20 else 0.0
    except ValueError:
        return 0
    return number if math.isfinite(number) and number > 0 else 0


def _pod_number(value: str | Unknown | None) -> float:
    if is_known(value) and (memory := _POD_MEMORY.fullmatch(value)):
        return int(memory[1]) * (1024 if memory[2] == "Gi" else 1)
    return _number(value)
