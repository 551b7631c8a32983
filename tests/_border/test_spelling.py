"""Values are spelled as the API spells them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from batch_constructs._border.spelling import arguments, given, members, pairs


class Word(StrEnum):
    ONE = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    on_exit_code: str | None = None
    evaluate_on_exit: tuple[Any, ...] = ()
    enabled: bool | None = None
    size: int | None = None
    labels: Any = None


class Own:
    def _members(self) -> dict[str, Any]:
        return {"name": "own"}


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (Value(on_exit_code="1"), {"onExitCode": "1"}),
        (Value(), {}),
        (Value(enabled=False, size=0, on_exit_code=""), {"enabled": False, "size": 0, "onExitCode": ""}),
        (Value(evaluate_on_exit=(Value(size=1),)), {"evaluateOnExit": [{"size": 1}]}),
        (Value(labels=MappingProxyType({"my_key": "a"})), {"labels": {"my_key": "a"}}),
        (Value(labels={}), {}),
        (Word.ONE, "first"),
        (Own(), {"name": "own"}),
    ],
)
def test_members_are_those_of_the_api(value: Any, spelled: Any) -> None:
    """What says nothing is left out; ``False``, 0 and an empty string say something; keys of maps are the user's."""
    assert members(value) == spelled


def test_an_enumeration_member_becomes_a_plain_string() -> None:
    """A subclass of ``str`` would be written otherwise by some that write JSON or YAML."""
    assert type(members(Word.ONE)) is str


def test_amounts_of_the_cdk_become_numbers_and_tokens_pass() -> None:
    """Sizes are MiB, durations seconds; what only CloudFormation knows stays a token."""
    from aws_cdk import Aws, Duration, Size, Token

    token = Token.as_any({"Ref": "Attempts"})
    assert given(size=Size.gibibytes(1), time=Duration.minutes(1)) == {"size": 1024, "time": 60}
    assert given(name=Aws.REGION, attempts=token) == {"name": Aws.REGION, "attempts": token}


def test_mappings_become_lists_of_objects_where_the_api_has_such() -> None:
    """Under the two names that the API has for key and value."""
    assert pairs({"A": Word.ONE}, value="valueFrom") == [{"name": "A", "valueFrom": "first"}]
    assert pairs(None) == []


def test_arguments_of_the_cdk_are_in_snake_case() -> None:
    """As jsii names the members of an L1 in Python."""
    spelled = {"jobDefinitionName": 1, "unmanagedvCpus": 2, "schedulingPolicyArn": 3}
    assert list(arguments(spelled)) == ["job_definition_name", "unmanagedv_cpus", "scheduling_policy_arn"]
