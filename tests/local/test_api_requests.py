"""Which requests the API accepts: botocore's validator is the judge, over requests made from its shapes."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_constructs.facts.operations import operations, problems

MODEL = ServiceModel(Loader().load_service_model("batch", "service-2"))
WRONG = {
    "string": 5,
    "integer": "five",
    "long": "five",
    "float": "five",
    "double": "five",
    "boolean": "yes",
    "list": {},
    "map": [],
    "structure": [],
}
"""A value of another type, for each type."""


def accepted_by_botocore(operation: str, request: Any) -> bool:
    shape = MODEL.operation_model(operation).input_shape
    return not ParamValidator().validate(request, shape).has_errors()


def accepted_here(operation: str, request: Any) -> bool:
    return not list(problems(operations()[operation].input, request))


@st.composite
def values(draw: st.DrawFn, shape: Shape, *, faults: bool, depth: int = 0) -> Any:
    """A value of a shape; with faults it may have another type, lack members or have unknown ones."""
    if faults and draw(st.integers(0, 24)) == 0:
        return WRONG[shape.type_name]
    if shape.type_name == "structure":
        chosen = [
            name
            for name in shape.members
            if name in shape.required_members or (depth < 6 and draw(st.integers(0, 2)) == 0)
        ]
        if faults and draw(st.integers(0, 24)) == 0:
            chosen = chosen[1:]
        inner = {name: draw(values(shape.members[name], faults=faults, depth=depth + 1)) for name in chosen}
        return inner | ({"noSuchMember": 1} if faults and draw(st.integers(0, 24)) == 0 else {})
    least = shape.metadata.get("min", 0)
    if shape.type_name == "list":
        length = least if not faults else max(0, least - draw(st.integers(0, 1)))
        length += draw(st.integers(0, 2))
        return [draw(values(shape.member, faults=faults, depth=depth + 1)) for _ in range(length)]
    if shape.type_name == "map":
        size = max(least, draw(st.integers(0, 2))) if not faults else draw(st.integers(0, 2))
        return {
            f"k{index}": draw(values(shape.value, faults=faults, depth=depth + 1)) for index in range(size)
        }
    if shape.type_name == "string":
        return (
            draw(st.sampled_from(shape.enum))
            if shape.enum
            else draw(st.text(min_size=least, max_size=least + 9))
        )
    if shape.type_name == "boolean":
        return draw(st.booleans())
    return draw(st.integers(least, shape.metadata.get("max", 10_000)))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(operation=st.sampled_from(sorted(operations())), faults=st.booleans(), data=st.data())
def test_requests_are_accepted_that_botocore_accepts(
    operation: str, faults: bool, data: st.DataObject
) -> None:
    """Types, required and unknown members, and least lengths are judged alike."""
    request = data.draw(values(MODEL.operation_model(operation).input_shape, faults=faults))
    ours, theirs = accepted_here(operation, request), accepted_by_botocore(operation, request)
    assert ours == theirs, list(problems(operations()[operation].input, request))
    assert ours or faults


DIFFERENCES = {
    "a word that is none of the enumeration": (
        "UpdateJobQueue",
        {"jobQueue": "q", "state": "ON"},
        False,
        True,
    ),
    "a word in another case": ("UpdateJobQueue", {"jobQueue": "q", "state": "enabled"}, True, True),
    "more than the greatest length": (
        "TagResource",
        {"resourceArn": "a", "tags": {"k": "v" * 257}},
        False,
        True,
    ),
    "true for a number": ("UpdateJobQueue", {"jobQueue": "q", "priority": True}, False, True),
    "null for a member": ("UpdateJobQueue", {"jobQueue": "q", "priority": None}, True, False),
}
"""By name: the operation, a request, and whether it is accepted here and by botocore, which leaves these to AWS."""


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_to_botocore_are_named(name: str) -> None:
    """The API checks more than an SDK does, and takes null for a member that is left out."""
    operation, request, here, there = DIFFERENCES[name]
    assert (accepted_here(operation, request), accepted_by_botocore(operation, request)) == (here, there)
