"""The sizes of Fargate."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_constructs.facts import fargate

# (vCPUs, first MiB, last MiB, step to the next)
ROWS = [
    (0.25, 512, 2048, 512),
    (0.5, 1024, 4096, 1024),
    (1, 2048, 8192, 1024),
    (2, 4096, 16384, 1024),
    (4, 8192, 30720, 1024),
    (8, 16384, 61440, 4096),
    (16, 32768, 122880, 8192),
    (32, 61440, 249856, 61440),
]


def test_the_sizes_are_those_of_the_api(batch_shapes: dict[str, Any]) -> None:
    """The pairs are exactly those in the API's text."""
    text = re.sub(r"<[^>]+>", " ", batch_shapes["ResourceRequirement"]["members"]["value"]["documentation"])
    expected: dict[float, set[int]] = {}
    for memories, counts in re.findall(r"value = ([\d ,or]+?)\s+VCPU\s+=\s+([\d. ,or]+)", text):
        for count in re.findall(r"[\d.]+", counts):
            expected.setdefault(float(count), set()).update(
                int(number) for number in re.findall(r"\d+", memories)
            )
    assert {count: set(options) for count, options in fargate.SIZES.items()} == expected


@pytest.mark.parametrize(("vcpus", "first", "last", "step"), ROWS)
def test_each_row_ends_where_it_ends(vcpus: float, first: int, last: int, step: int) -> None:
    """The first and last memory are valid; one step or one MiB outside is not."""
    assert fargate.is_valid_size(vcpus, first)
    assert fargate.is_valid_size(vcpus, last)
    for outside in (first - step, first - 1, first + 1, last - 1, last + 1, last + step):
        assert not fargate.is_valid_size(vcpus, outside)


@pytest.mark.parametrize(("vcpus", "first", "last", "step"), ROWS)
def test_each_row_lists_its_options(vcpus: float, first: int, last: int, step: int) -> None:
    """From small to large, without gaps except the documented ones."""
    options = fargate.memory_options_mib(vcpus)
    expected = {0.25: (512, 1024, 2048), 32: (61440, 122880, 249856)}
    assert options == expected.get(vcpus, tuple(range(first, last + 1, step)))


@pytest.mark.parametrize("spelling", [1, 1.0, "1", "1.0", "1.00", " 1 "])
def test_one_vcpu_can_be_spelt_in_many_ways(spelling: float | str) -> None:
    """The API accepts strings, and Python users write numbers."""
    assert fargate.memory_options_mib(spelling)[0] == 2048


@pytest.mark.parametrize(
    "vcpus", [0, -1, 3, 0.1, 64, "", "one", "1vcpu", "nan", "inf", float("nan"), float("inf")]
)
def test_other_numbers_of_vcpus_have_no_options(vcpus: Any) -> None:
    """No value of a template raises an error."""
    assert fargate.memory_options_mib(vcpus) == ()
    assert not fargate.is_valid_size(vcpus, 2048)


def test_memory_can_be_a_string_too() -> None:
    """As in resourceRequirements."""
    assert fargate.is_valid_size("0.25", "512")
    assert not fargate.is_valid_size("0.25", "513")
    assert not fargate.is_valid_size("0.25", "half a gig")


@pytest.mark.parametrize(
    ("vcpus", "memory", "size"),
    [
        (0.25, 512, (0.25, 512)),
        (0, 0, (0.25, 512)),
        (0.25, 1536, (0.25, 2048)),
        (0.25, 2049, (0.5, 3072)),
        (3, 513, (4, 8192)),
        (1, 512, (1, 2048)),
        (16, 122_881, (32, 249_856)),
        (32, 249_856, (32, 249_856)),
        (32, 249_857, None),
        (33, 512, None),
    ],
)
def test_the_smallest_size_holds_the_request(
    vcpus: float, memory: int, size: tuple[float, int] | None
) -> None:
    """Fewest vCPUs first, then least memory; none if no size is large enough."""
    assert fargate.smallest_size(vcpus, memory) == size


@given(st.floats(0, 40), st.integers(0, 300_000))
def test_a_smallest_size_is_valid_and_large_enough(vcpus: float, memory: int) -> None:
    """The size that a message suggests works."""
    size = fargate.smallest_size(vcpus, memory)
    if size is None:
        assert vcpus > 32 or memory > 249_856
    else:
        assert fargate.is_valid_size(*size)
        assert size[0] >= vcpus
        assert size[1] >= memory


@pytest.mark.parametrize(
    ("vcpus", "memory", "message"),
    [
        (1, 2048, None),
        (
            3,
            513,
            (
                "Fargate takes 0.25, 0.5, 1, 2, 4, 8, 16, 32 as vCPUs, got 3: "
                "the smallest size that holds it is 4 vCPUs with 8192 MiB"
            ),
        ),
        (
            "1",
            "512",
            "Fargate does not combine 1 vCPU with 512 MiB: the smallest size that holds it is 1 vCPU with 2048 MiB",
        ),
        (
            32,
            300_000,
            (
                "Fargate does not combine 32 vCPUs with 300000 MiB: "
                "the largest size is 32 vCPUs with 249856 MiB, more runs on EC2"
            ),
        ),
        (
            "1vcpu",
            512,
            "Fargate takes 0.25, 0.5, 1, 2, 4, 8, 16, 32 as vCPUs and a number of MiB, got '1vcpu' and 512",
        ),
    ],
)
def test_a_message_says_rule_value_and_remedy(vcpus: Any, memory: Any, message: str | None) -> None:
    """There is none for a size that Fargate offers."""
    assert fargate.why_invalid(vcpus, memory) == message


def test_the_sizes_say_where_they_come_from() -> None:
    """The data have a source and a day."""
    assert fargate.metadata() == ("AWS Batch API, ResourceRequirement, as in botocore 1.44.5", "2026-11-17")


@pytest.mark.parametrize(
    ("vcpus", "memory_mib", "words"),
    [
        ("1", "4000", "set VCPU to 1 and MEMORY to 4096"),
        (0.3, 512, "set VCPU to 0.5 and MEMORY to 1024"),
        (64, 512, ""),
        ("one", "512", ""),
    ],
)
def test_the_remedy_is_the_smallest_size_that_holds_the_job(vcpus: Any, memory_mib: Any, words: str) -> None:
    """A remedy says what to write; without a size that is large enough there is none."""
    assert fargate.remedy(vcpus, memory_mib) == words
