"""The instance types that can run a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.facts import eks, instance_types, memory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batch_constructs.facts.instance_types import InstanceType
    from batch_constructs.facts.memory import Orchestration


def get(name: str) -> InstanceType:
    found = instance_types.find(name)
    assert found is not None
    return found


def names(types: Iterable[InstanceType]) -> Any:
    return [type_.name for type_ in types]


def test_the_agent_keeps_32_mib() -> None:
    """The bound on ECS is the installed memory without the agent's reserve."""
    assert memory.memory_ceiling_mib(get("m4.large")) == 8_192 - 32


def test_what_instances_registered_is_below_the_bound() -> None:
    """The bound is never below a job's possible memory: m4.large registers 7,985 of its 8,192 MiB."""
    assert memory.REGISTERED_MEMORY_MIB["m4.large"] == 7_985
    for name, registered in memory.REGISTERED_MEMORY_MIB.items():
        assert registered < memory.memory_ceiling_mib(get(name))


@pytest.mark.parametrize(
    ("name", "mib", "why"),
    [
        ("g6.xlarge", 15_339, None),
        ("g6.xlarge", 15_360, "g6.xlarge was measured to have 15,339 of its 16,384 MiB for jobs"),
        ("g5.xlarge", 15_759, None),
        ("g5.xlarge", 16_000, "g5.xlarge was measured to have 15,759 of its 16,384 MiB for jobs"),
        ("r5d.xlarge", 31_672, None),
        ("r5d.xlarge", 31_745, "r5d.xlarge probably has at most 31,744 of its 32,768 MiB for jobs"),
        # It certainly does not fit, which is another finding.
        ("g6.xlarge", 16_384, None),
    ],
)
def test_measured_and_estimated_memory(name: str, mib: int, why: str | None) -> None:
    """A job that is larger than what hosts registered, or than 31/32 of other types, probably waits forever."""
    assert memory.why_none_likely_fits([name], 1, mib) == why


def test_one_type_with_enough_memory_is_enough() -> None:
    """A job of 15,360 MiB waits for a g6.xlarge in vain, and runs on a g5.xlarge."""
    assert memory.why_none_likely_fits(["g6.xlarge", "g5.xlarge"], 1, 15_360) is None
    assert memory.why_none_likely_fits(["g6.xlarge", "m99.large"], 1, 15_360) is None


def test_on_eks_the_node_reserves_more() -> None:
    """The kubelet's part comes off what the host has without its kernel."""
    assert memory.likely_memory_mib(get("m5.large"), "EKS") == 8_192 * 31 // 32 - 255 - 100


def test_a_job_as_large_as_the_instance_does_not_fit() -> None:
    """The guide's example: 8,192 MiB on 8 GiB."""
    assert memory.why_not(get("m4.large"), 2, 8_192) == (
        "m4.large has 8,192 MiB, of which a job gets less than 8,160"
    )


@pytest.mark.parametrize(("mib", "fits"), [(8_159, True), (8_160, False)])
def test_the_bound_itself_is_out_of_reach(mib: int, fits: bool) -> None:
    """The kernel reserves memory on every instance, so a job gets less than the bound."""
    assert (memory.why_not(get("m4.large"), 1, mib) is None) is fits


def test_every_reason_is_named() -> None:
    """GPU, vCPUs and memory, in one sentence."""
    assert memory.why_not(get("c7i.large"), 4, 9_000, gpus=1) == (
        "c7i.large has no GPU and has 2 vCPUs for jobs and has 4,096 MiB, of which a job gets less than 4,064"
    )
    assert memory.why_not(get("g5.xlarge"), 1, 100, gpus=2) == "g5.xlarge has 1 GPU"
    assert memory.why_not(get("g5.12xlarge"), 1, 100, gpus=5) == "g5.12xlarge has 4 GPUs"


def test_on_eks_a_node_keeps_some_cpu() -> None:
    """A job of 2 vCPUs does not fit a node of 2 vCPUs; 1.75 does."""
    assert memory.why_not(get("c5.large"), 2, 100, orchestration="EKS") == "c5.large has 1.93 vCPUs for jobs"
    assert memory.why_not(get("c5.large"), 1.75, 100, orchestration="EKS") is None
    assert memory.why_not(get("c5.large"), 2, 100) is None


def test_on_eks_the_kubelet_keeps_some_memory() -> None:
    """255 MiB and the eviction threshold, for any number of pods."""
    assert memory.memory_ceiling_mib(get("m5.large"), "EKS") == 8_192 - 255 - 100


def test_a_larger_reserve_is_counted() -> None:
    """A higher ``ECS_RESERVED_MEMORY`` leaves less for jobs."""
    assert memory.memory_ceiling_mib(get("m4.large"), reserved_mib=512) == 8_192 - 512


def test_on_eks_each_pod_costs() -> None:
    """11 MiB for each possible pod: a c5.large has addresses for 29."""
    type_ = get("c5.large")
    assert eks.max_pods(type_) == 29
    assert memory.memory_ceiling_mib(type_, "EKS", pods=29) == 4_096 - 11 * 29 - 255 - 100


def test_fitting_types_keep_the_order_of_the_names() -> None:
    """Families are expanded from small to large; a repeated type appears once."""
    fitting = memory.types_that_fit(["c7i.8xlarge", "m7i", "c7i.8xlarge"], 16, 60_000)
    assert names(fitting)[:3] == ["c7i.8xlarge", "m7i.4xlarge", "m7i.8xlarge"]
    assert len(set(fitting)) == len(fitting)


def test_gpus_narrow_the_choice() -> None:
    """Only types with enough GPUs remain."""
    assert names(memory.types_that_fit(["g5", "c7i"], 1, 1_000, gpus=8)) == ["g5.48xlarge"]


@pytest.mark.parametrize(
    ("wanted", "request_", "reason"),
    [
        (["c7i"], (1, 100, 1), "no instance type has a GPU"),
        (["g5"], (1, 100, 9), "even g5.48xlarge has 8 GPUs"),
        (["c7i"], (193, 100, 0), "even c7i.48xlarge has 192 vCPUs for jobs"),
        (["c7i.large"], (1, 4_096, 0), "even c7i.large has 4,096 MiB, of which a job gets less than 4,064"),
        (
            ["c7i.48xlarge", "r7i.large"],
            (4, 500_000, 0),
            "even c7i.48xlarge has 393,216 MiB, of which a job gets less than 393,184",
        ),
        (["g5.xlarge", "c7i.48xlarge"], (8, 100, 1), "even g5.xlarge has 4 vCPUs for jobs"),
    ],
)
def test_the_answer_names_the_type_that_comes_nearest(
    wanted: list[str], request_: tuple[int, int, int], reason: str
) -> None:
    """Among those that pass the checks before."""
    assert memory.why_none_fits(wanted, *request_) == reason


@pytest.mark.parametrize("wanted", [["c7i", "zz9"], ["p3"], ["c7i", "p3.2xlarge"], [], ["mac1"]])
def test_the_unknown_is_silence(wanted: list[str]) -> None:
    """A type without data might run the job, and so might an empty list."""
    assert memory.why_none_fits(wanted, 10_000, 10**9, 99) is None


@given(
    st.lists(
        st.sampled_from(["c7i", "m5.large", "g5", "optimal", "default_arm64", "x1e"]), min_size=1, max_size=3
    ),
    st.integers(0, 400),
    st.integers(0, 5_000_000),
    st.integers(0, 9),
    st.sampled_from(["ECS", "EKS"]),
)
def test_either_a_type_fits_or_a_reason_is_given(
    wanted: list[str], vcpus: float, mib: int, gpus: int, orchestration: Orchestration
) -> None:
    """The two answers never contradict each other."""
    fitting = memory.types_that_fit(wanted, vcpus, mib, gpus, orchestration)
    assert all(memory.why_not(type_, vcpus, mib, gpus, orchestration) is None for type_ in fitting)
    assert bool(fitting) is (memory.why_none_fits(wanted, vcpus, mib, gpus, orchestration) is None)


@pytest.mark.parametrize(("mib", "installed"), [(8_192, True), (16_384, True), (8_000, False), (0, False)])
def test_whole_instances_are_recognised(mib: int, installed: bool) -> None:
    """A job with the whole installed memory of a type cannot run there."""
    assert memory.is_installed_size(mib) is installed
