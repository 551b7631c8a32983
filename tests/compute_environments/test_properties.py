"""All environments with any arguments: legal ones are rendered right, illegal ones are refused."""

from __future__ import annotations

import inspect
import itertools
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import boto3
import pytest
from aws_cdk import aws_ec2 as ec2
from botocore.validate import ParamValidator
from cfnlint.api import lint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_constructs.assembly.checks import Severity, check
from batch_constructs.assembly.template import model_of
from batch_constructs.testing.synthesis import synthesized
from tests.compute_environments.strategies import IMPOSSIBLE, KINDS, SUBNETS, Arguments, World
from tests.test_foreign_judges import request_of

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL = boto3.client("batch", region_name="eu-west-1").meta.service_model
CREATE = MODEL.operation_model("CreateComputeEnvironment").input_shape
UPDATE = MODEL.operation_model("UpdateComputeEnvironment").input_shape
ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
NUMBERS = itertools.count()
# An environment depends on its roles with all their policies; a reference repeats the dependency on the role.
EXPLICIT = "W3005"
MADE_TOGETHER = {"instance_types", "launch_template"}
many = partial(settings, deadline=None, suppress_health_check=list(HealthCheck))


def parameters(construct: Any) -> set[str]:
    return set(inspect.signature(construct.__init__).parameters)


def new_world() -> World:
    stack = cdk.Stack(cdk.App(context={"batch-constructs:checks": False}), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        private_subnet_ids=SUBNETS,
    )
    return World(stack, vpc)


def make(world: World, kind: str, drawn: Mapping[str, Any]) -> Any:
    construct = KINDS[kind][0]
    network = {"vpc": world.vpc} if "vpc" in parameters(construct) else {}
    return construct(world.stack, f"Environment{next(NUMBERS)}", **network, **world.arguments(drawn))


def environments_in(world: World) -> list[str]:
    return [child.node.id for child in world.stack.node.children if child.node.id.startswith("Environment")]


def judge(world: World) -> int:
    """Check all environments in the stack with botocore, cfn-lint and our rules, and return how many there are."""
    text = (synthesized(world.stack) / "Stack.template.json").read_text()
    template = json.loads(text)
    environments = {
        logical_id: each["Properties"]
        for logical_id, each in template["Resources"].items()
        if each["Type"] == ENVIRONMENT
    }
    for properties in environments.values():
        request = {"computeEnvironmentName": "name", **request_of(properties)}
        # Only updates render it, though CloudFormation always has it.
        update = {"computeEnvironment": "name", "updatePolicy": request.pop("updatePolicy", {})}
        for shape, sent in ((CREATE, request), (UPDATE, update)):
            assert str(ParamValidator().validate(sent, shape).generate_report()) == "", sent
    said = [match for match in lint(text, regions=["us-east-1"]) if match.rule.id[0] in "EW"]
    assert [str(match) for match in said if match.rule.id != EXPLICIT] == []
    # Two of the drawn environments may have one name, which nobody would deploy together.
    assert [
        f"{each.rule_id} {each.message}"
        for each in check(model_of(template), ignore=["TPL-06"])
        if each.severity is Severity.ERROR
    ] == []
    return len(environments)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_taken_comes_out_right(kind: str) -> None:
    """Legal arguments are accepted, others are refused or accepted, and cfn-lint, botocore and our rules agree."""
    world = new_world()
    made: list[Any] = []
    construct, arguments = KINDS[kind]

    @many(max_examples=20)
    @given(arguments)
    def take(drawn: Arguments) -> None:
        made.append(make(world, kind, drawn))

    @many(max_examples=20)
    @given(arguments, arguments, st.sets(st.sampled_from(sorted(parameters(construct)))))
    def take_or_refuse(drawn: Arguments, other: Arguments, names: set[str]) -> None:
        # Each value may be legal, and two sets of arguments contradict each other. A template is made for its types: whether
        # it fits other types is a question between resources, which a rule checks at synth.
        names |= MADE_TOGETHER if names & MADE_TOGETHER else set()
        try:
            made.append(make(world, kind, drawn | {name: other[name] for name in names & set(other)}))
        except ValueError:
            assert len(environments_in(world)) == len(made)

    take()
    take_or_refuse()
    assert judge(world) == len(made)


@pytest.mark.parametrize("kind", KINDS)
def test_fails_when_one_argument_is_impossible(kind: str) -> None:
    """Fails with a `ValueError`, with nothing in the tree, whatever the other arguments are."""
    construct, arguments = KINDS[kind]
    broken = sorted(set(IMPOSSIBLE) & parameters(construct))
    world = new_world()

    @many(max_examples=50)
    @given(
        arguments, st.sampled_from(broken).flatmap(lambda name: st.tuples(st.just(name), IMPOSSIBLE[name]))
    )
    def refuse(drawn: Arguments, impossible: tuple[str, Any]) -> None:
        with pytest.raises(ValueError):
            make(world, kind, drawn | dict([impossible]))
        assert environments_in(world) == []

    refuse()
