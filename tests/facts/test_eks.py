"""The reserved resources of EKS nodes."""

from __future__ import annotations

import pytest

from batch_constructs.facts import eks, instance_types


@pytest.mark.parametrize(("vcpus", "millicores"), [(1, 60), (2, 70), (4, 80), (8, 90), (96, 310)])
def test_the_reserved_cpu_is_that_of_the_guide(vcpus: int, millicores: int) -> None:
    """6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest."""
    assert eks.reserved_millicores(vcpus) == millicores


def test_the_allocatable_memory_is_that_of_the_guide() -> None:
    """7,748 MiB and 29 pods leave 7,074 MiB."""
    allocatable = eks.allocatable(2, 7_748, 29)
    assert allocatable.memory_mib == 7_074
    assert allocatable.millicores == 1_930


@pytest.mark.parametrize(
    ("name", "pods"),
    [("c5.large", 29), ("m5.large", 29), ("t3.micro", 4), ("m5.24xlarge", 737), ("p4d.24xlarge", 737)],
)
def test_the_pods_follow_from_the_addresses_of_the_first_card(name: str, pods: int) -> None:
    """As in the list of Amazon's VPC plugin."""
    found = instance_types.find(name)
    assert found is not None
    assert eks.max_pods(found) == pods
