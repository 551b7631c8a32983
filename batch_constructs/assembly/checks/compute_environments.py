"""Compute environments: capacity, instance types, what goes with which type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, outside, rule
from batch_constructs.assembly.template import known, literals
from batch_constructs.facts import instance_types, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_CHAPTER = "Compute Environment Parameters"


@rule(
    "CE-08",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give at least 1 as MaxvCpus, and keep MinvCpus and DesiredvCpus within 0 and MaxvCpus",
    prevents="ClientException: desired vCPUs must be between minimum and maximum vCPUs",
)
def vcpus_in_order(resources: ComputeResources) -> Iterator[Finding]:
    """0 <= MinvCpus <= DesiredvCpus <= MaxvCpus, and MaxvCpus is at least 1."""
    low, desired, high = resources.min_vcpus, resources.desired_vcpus, resources.max_vcpus
    yield from outside(limits.MAX_VCPUS, resources, "MaxvCpus", high)
    yield from outside(limits.MIN_VCPUS, resources, "MinvCpus", low)
    if known(low) and known(high) and low > high:
        message = f"MaxvCpus must be at least MinvCpus, got MinvCpus {low} and MaxvCpus {high}"
        yield Finding(resources, message, at="MaxvCpus")
    if known(desired):
        if known(low) and desired < low:
            message = f"DesiredvCpus must be at least MinvCpus, got {desired} and MinvCpus {low}"
            yield Finding(resources, message, at="DesiredvCpus")
        if known(high) and desired > high:
            message = f"DesiredvCpus must be at most MaxvCpus, got {desired} and MaxvCpus {high}"
            yield Finding(resources, message, at="DesiredvCpus")
    if resources.lacks("MaxvCpus"):
        yield Finding(resources, "MaxvCpus must be given, got none")


@rule(
    "CE-10",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="give x86_64 and Arm types an environment each; optimal is x86_64, default_arm64 is its twin",
    prevents="ClientException: compute environments must have instance types of the same architecture",
)
def one_architecture(resources: ComputeResources) -> Iterator[Finding]:
    """All instance types of an environment have one processor architecture; EC2 and Spot environments name some."""
    names = literals(resources.instance_types)
    by_architecture = {name: instance_types.architectures_of([name]) for name in names}
    architectures = instance_types.architectures_of(names)
    if len(architectures) > 1:
        parts = " and ".join(
            f"{architecture} ({next(name for name, found in by_architecture.items() if architecture in found)})"
            for architecture in sorted(architectures)
        )
        yield Finding(
            resources, f"instance types must have one architecture, got {parts}", at="InstanceTypes"
        )
    if resources.ec2 and resources.instance_types.empty:
        yield Finding(resources, "an environment on EC2 needs at least one instance type", at="InstanceTypes")


@rule(
    "CE-06",
    chapter=_CHAPTER,
    severity=ERROR,
    remedy="write MANAGED",
)
def fargate_is_managed(environment: ComputeEnvironment) -> Iterator[Finding]:
    """An environment is MANAGED or UNMANAGED, on Fargate always MANAGED."""
    kind = environment.type_
    if known(kind) and kind not in {"MANAGED", "UNMANAGED"}:
        yield Finding(environment, f"Type must be MANAGED or UNMANAGED, got {kind}", at="Type")
    if known(kind) and kind == "UNMANAGED" and environment.compute_resources.fargate:
        yield Finding(environment, "Type must be MANAGED on Fargate, got UNMANAGED", at="Type")
