"""What the API refuses about the form of a request."""

from __future__ import annotations

from typing import Any

import pytest

from batch_constructs.facts.operations import problems

JOB = {"jobName": "n", "jobQueue": "q", "jobDefinition": "d"}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({}, None),
        ({"jobName": 1}, "jobName must be a string"),
        ({"schedulingPriorityOverride": "1"}, "schedulingPriorityOverride must be a whole number"),
        ({"schedulingPriorityOverride": True}, "schedulingPriorityOverride must be a whole number"),
        ({"propagateTags": 1}, "propagateTags must be true or false"),
        ({"dependsOn": {}}, "dependsOn must be a list"),
        ({"parameters": []}, "parameters must be an object"),
        ({"parameters": {"a": 1}}, "parameters.a must be a string"),
        ({"timeout": []}, "timeout must be an object"),
        ({"dependsOn": [{"type": "LATER"}]}, "dependsOn[0].type LATER must be one of N_TO_N | SEQUENTIAL"),
        ({"dependsOn": [{"type": "sequential"}]}, None),
        ({"jobNames": "n"}, "jobNames is not a member of the API"),
        ({"jobQueue": None}, "jobQueue is required"),
    ],
)
def test_each_kind_of_value_has_its_sentence(members: dict[str, Any], sentence: str | None) -> None:
    """A value of another kind is refused with the path to it; valid ones pass, words in any case."""
    assert list(problems("SubmitJobRequest", JOB | members)) == ([sentence] if sentence else [])


def test_a_request_is_an_object() -> None:
    """A list in place of all members has a sentence of its own."""
    assert list(problems("SubmitJobRequest", [])) == ["the request must be an object"]


def test_weights_are_numbers_of_any_kind() -> None:
    """A weight factor may be whole or not."""
    share = {"shareIdentifier": "a", "weightFactor": "heavy"}
    request = {"name": "p", "fairsharePolicy": {"shareDistribution": [share]}}
    path = "fairsharePolicy.shareDistribution[0].weightFactor"
    assert list(problems("CreateSchedulingPolicyRequest", request)) == [f"{path} must be a number"]
