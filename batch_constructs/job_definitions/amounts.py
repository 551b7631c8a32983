"""Amounts of containers, in definitions and in submissions that override them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import as_string, known
from batch_constructs.facts import limits

if TYPE_CHECKING:
    from jsii import Number

    from batch_constructs._border.problems import Problems

__all__ = ["check_eks_amounts", "eks_amounts", "quantity", "requirements"]

_GPU = "nvidia.com/gpu"


def check_eks_amounts(
    problems: Problems,
    *,
    vcpus: Number | None,
    vcpus_limit: Number | None,
    memory: tuple[str, Number | None],
    gpus: Number | None,
) -> None:
    """Add a problem for amounts that AWS Batch refuses.

    Args:
        problems: Where to add it.
        vcpus: The vCPUs that are reserved for the container.
        vcpus_limit: The most vCPUs that it may use.
        memory: The name of the argument, and its MiB.
        gpus: The GPUs of the container.
    """
    for name, amount in (("vcpus", vcpus), ("vcpus_limit", vcpus_limit)):
        if amount is not None and known(amount):
            problems.check(
                limits.EKS_CPU.contains(amount) and amount % limits.EKS_CPU_STEP == 0,
                f"{name} must be a multiple of {limits.EKS_CPU_STEP} such as 0.5 or 2, got {amount}",
            )
    if vcpus is not None and vcpus_limit is not None and known([vcpus, vcpus_limit]):
        problems.check(
            vcpus_limit >= vcpus, f"vcpus_limit must be at least vcpus, got {vcpus_limit} and {vcpus}"
        )
    problems.within(*memory, limits.EKS_MEMORY_MIB)
    problems.within("gpus", gpus, limits.EKS_GPUS)


def eks_amounts(
    *, vcpus: Number | None, vcpus_limit: Number | None, memory_mib: Number | None, gpus: Number | None
) -> dict[str, dict[str, str]]:
    """Return the ``resources`` of a container. AWS Batch needs the same memory and GPUs as request and as limit."""
    fixed = {} if memory_mib is None else {"memory": quantity(memory_mib)}
    if gpus is not None:
        fixed[_GPU] = as_string(gpus)
    request = {} if vcpus is None else {"cpu": as_string(vcpus)}
    limit = {} if vcpus_limit is None else {"cpu": as_string(vcpus_limit)}
    return given(requests={**request, **fixed}, limits={**limit, **fixed})


def quantity(mebibytes: Number) -> str:
    """Return an amount of memory or disk in Kubernetes' form: whole mebibytes with their suffix."""
    return f"{as_string(mebibytes)}Mi"


def requirements(
    *, vcpus: Number | None, memory_mib: Number | None, gpus: Number | None = None
) -> list[dict[str, str]]:
    """Return the ``resourceRequirements`` of a job, with amounts as strings."""
    amounts = {"VCPU": vcpus, "MEMORY": memory_mib, "GPU": gpus}
    return [
        {"type": kind, "value": as_string(amount)} for kind, amount in amounts.items() if amount is not None
    ]
