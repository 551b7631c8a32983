"""Containers of jobs on Amazon EKS: names, resources, permissions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, malformed, miscounted, misspelt, outside, rule
from batch_constructs.assembly.template import Unknown, is_known, is_one_of
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.eks import DEFAULT_CONTAINER_NAME, ImagePullPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import PodContainer, PodProperties
    from batch_constructs.assembly.template.resources.pods import PodResources, PodSecurityContext

CHAPTER = "Job Definition Parameters"

ERROR, WARNING = Severity.ERROR, Severity.WARNING
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[0-9]{1,9}(\.0{1,9})?")
_RESOURCES = frozenset({"cpu", "memory", "nvidia.com/gpu"})
"""AWS's answer to any other one: "amd.com/gpu is not a supported type for resources." """
_SIDES = ("Requests", "Limits")


@rule(
    "EKS-01",
    severity=ERROR,
    remedy="give each container of the pod a different name of up to 63 letters, digits and hyphens",
)
def container_name(pod: PodProperties) -> Iterator[Finding]:
    """The containers of a pod must have different names of up to 63 letters, digits and hyphens."""
    seen: set[str] = set()
    for container in (*pod.containers, *pod.init_containers):
        yield from malformed(patterns.EKS_CONTAINER_NAME, container, "Name", container.name)
        name = DEFAULT_CONTAINER_NAME if container.omits("Name") else container.name
        if is_known(name) and name in seen:
            message = f"each container of a pod must have a different name, got {name!r} twice"
            # The API's text says that it is the name of a container without one, and no refusal is known.
            severity = WARNING if container.omits("Name") else ERROR
            yield Finding(container, message, at="Name", severity=severity)
        seen |= {name} if is_known(name) else set()


@rule("EKS-04", severity=ERROR, remedy="give the pod 1 to 10 containers, and at most 10 init containers")
def number_of_containers(pod: PodProperties) -> Iterator[Finding]:
    """A pod must have 1 to 10 containers, and at most 10 init containers."""
    yield from miscounted(limits.EKS_CONTAINERS, pod, "Containers", pod.containers)
    if pod.omits("Containers"):
        yield Finding(pod, f"Containers must have {limits.EKS_CONTAINERS.words}, got none")
    yield from miscounted(limits.EKS_INIT_CONTAINERS, pod, "InitContainers", pod.init_containers)


@rule(
    "EKS-05",
    severity=ERROR,
    remedy="write cpu as a decimal number in steps of 0.25, such as 0.5, and no limit below the request",
    prevents="ClientException: CPU must be a multiple of 0.25",
)
def cpu(resources: PodResources) -> Iterator[Finding]:
    """Cpu must be a multiple of 0.25, written as a decimal number, and the limit must not be below the request."""
    amounts = {side: _amount(resources, side, "cpu") for side in _SIDES}
    numbers: dict[str, float] = {}
    for side, text in amounts.items():
        if not is_known(text):
            continue
        number = float(text) if _DECIMAL.fullmatch(text) else None
        if number is None or number % limits.EKS_CPU_STEP or not limits.EKS_CPU.contains(number):
            message = f"cpu must be a multiple of {limits.EKS_CPU_STEP} such as 0.5 or 2, got {text}"
            yield Finding(resources, message, at=side)
        else:
            numbers[side] = number
    if len(numbers) == 2 and numbers["Limits"] < numbers["Requests"]:
        message = f"the limit of cpu must be at least the request, got {amounts['Limits']} and {amounts['Requests']}"
        yield Finding(resources, message, at="Limits")


@rule(
    "EKS-06",
    severity=ERROR,
    remedy="write memory in whole mebibytes with the suffix Mi, at least 4Mi, the same as request and as limit",
    prevents="ClientException: memory must be specified in MiB, and the limit must equal the request",
)
def memory(resources: PodResources) -> Iterator[Finding]:
    """Memory must be a whole number of at least 4 with the suffix Mi, and the limit must equal the request."""
    amounts = {side: _amount(resources, side, "memory") for side in _SIDES}
    for side, text in amounts.items():
        if is_known(text):
            problem = patterns.EKS_MEMORY.problem("memory", text) or limits.EKS_MEMORY_MIB.problem(
                "memory", int(text.removesuffix("Mi")[:18])
            )
            if problem:
                yield Finding(resources, problem, at=side)
    yield from _unequal(resources, "memory", amounts)


@rule(
    "EKS-07",
    severity=ERROR,
    remedy="write a whole number of nvidia.com/gpu, the same as request and as limit",
)
def gpus(resources: PodResources) -> Iterator[Finding]:
    """The number of GPUs must be whole, the limit must equal the request, and other devices cannot be requested."""
    for side, amounts_given in (("Requests", resources.requests), ("Limits", resources.limits)):
        for name in sorted(amounts_given.keys() - _RESOURCES) if isinstance(amounts_given, dict) else ():
            message = f"resources of a container must be {', '.join(sorted(_RESOURCES))}, got {name!r}"
            yield Finding(resources, message, at=side)
    amounts = {side: _amount(resources, side, "nvidia.com/gpu") for side in _SIDES}
    for side, text in amounts.items():
        if is_known(text) and not _WHOLE.fullmatch(text):
            message = f"nvidia.com/gpu must be a whole number, got {text}"
            yield Finding(resources, message, at=side)
        elif is_known(text) and not limits.EKS_GPUS.contains(float(text)):
            message = f"nvidia.com/gpu must be {limits.EKS_GPUS.words}, got {text}: leave it out"
            yield Finding(resources, message, at=side, severity=WARNING)
    yield from _unequal(resources, "nvidia.com/gpu", amounts)


def _amount(resources: PodResources, side: str, name: str) -> str | Unknown | None:
    amounts = resources.limits if side == "Limits" else resources.requests
    return amounts.get(name) if isinstance(amounts, dict) else amounts


def _unequal(
    resources: PodResources, name: str, amounts: dict[str, str | Unknown | None]
) -> Iterator[Finding]:
    request, limit = (amounts[side] for side in _SIDES)
    if is_known(request) and is_known(limit) and request != limit:
        message = f"the limit of {name} must equal the request, got {limit} and {request}"
        yield Finding(resources, message, at="Limits")


@rule("EKS-08", severity=ERROR, remedy="give cpu and memory in Limits, in Requests, or in both")
def cpu_and_memory_are_given(pod: PodProperties) -> Iterator[Finding]:
    """Each container of a pod must give cpu and memory, as request or as limit."""
    containers = pod.containers
    for name in ("cpu", "memory"):
        without = [c for c in containers if _asks_for_no(c, name)]
        # One container with amounts gives the job a size; AWS's answer for the others is not known.
        severity = ERROR if containers.complete and len(without) == len(containers) else WARNING
        for container in without:
            message = f"a container must ask for {name} in Requests or in Limits, got neither"
            yield Finding(container, message, at="Resources", severity=severity)


def _asks_for_no(container: PodContainer, name: str) -> bool:
    if container.resources.absent:
        return container.present
    return container.resources.present and all(
        _amount(container.resources, side, name) is None for side in _SIDES
    )


@rule("EKS-09", severity=ERROR, remedy="choose Always, IfNotPresent or Never")
def image_pull_policy(container: PodContainer) -> Iterator[Finding]:
    """ImagePullPolicy must be Always, IfNotPresent or Never."""
    yield from misspelt(ImagePullPolicy, container, "ImagePullPolicy", container.image_pull_policy)


@rule(
    "EKS-12",
    severity=ERROR,
    remedy="choose user and group ids from 0 to 2147483647, and permissions that do not contradict each other",
    prevents="pods that Kubernetes refuses to create or to start",
)
def security_context(context: PodSecurityContext) -> Iterator[Finding]:
    """User and group ids must be in their range, and the permissions of a container must not contradict each other."""
    yield from outside(limits.EKS_USER_ID, context, "RunAsUser", context.run_as_user)
    yield from outside(limits.EKS_USER_ID, context, "RunAsGroup", context.run_as_group)
    if is_one_of(context.run_as_non_root, True) and is_one_of(context.run_as_user, 0):
        yield Finding(context, "RunAsUser must not be 0 with RunAsNonRoot, got 0", at="RunAsUser")
    if is_one_of(context.privileged, True) and is_one_of(context.allow_privilege_escalation, False):
        message = "AllowPrivilegeEscalation must not be false with Privileged, got both"
        yield Finding(context, message, at="AllowPrivilegeEscalation")
