"""Behaviour of every environment on instances: on demand, Spot, with GPUs, with EFA."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration

from batch_constructs import (
    ContainerInsights,
    Ec2ComputeEnvironment,
    EfaComputeEnvironment,
    GpuComputeEnvironment,
    SpotComputeEnvironment,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"

CLASSES = (Ec2ComputeEnvironment, SpotComputeEnvironment, GpuComputeEnvironment, EfaComputeEnvironment)
FAMILY = pytest.mark.parametrize(
    "construct",
    [
        pytest.param(Ec2ComputeEnvironment, id="Ec2"),
        pytest.param(SpotComputeEnvironment, id="Spot"),
        pytest.param(partial(GpuComputeEnvironment, instance_types=["g6"]), id="Gpu"),
        pytest.param(
            partial(EfaComputeEnvironment, instance_types=["p4d.24xlarge"], max_vcpus=192), id="Efa"
        ),
    ],
)
# Arguments whose type or default differs between classes, since AWS or their purpose differs.
DIFFERENT = {"instance_types", "max_vcpus", "allocation_strategy"}


@FAMILY
def test_every_environment_can_be_updated_in_place(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 4 (terraform-provider-aws#38695): the service-linked role, and a strategy other than BEST_FIT."""
    construct(stack, "Environment", vpc=vpc)
    environment = only(ENVIRONMENT)
    assert "ServiceRole" not in environment
    assert environment["ReplaceComputeEnvironment"] is False
    assert environment["ComputeResources"]["AllocationStrategy"] != "BEST_FIT"
    assert environment["ComputeResources"]["UpdateToLatestImageVersion"] is True


@FAMILY
def test_a_change_of_the_launch_template_is_a_change_of_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 1 (aws-cdk#28137): the version is that of the template, never ``$Default``."""
    environment = construct(stack, "Environment", vpc=vpc)
    template = stack.get_logical_id(environment.launch_template.cfn)
    assert only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"] == {
        "LaunchTemplateId": {"Ref": template},
        "Version": {"Fn::GetAtt": [template, "LatestVersionNumber"]},
    }


@FAMILY
def test_stack_tags_never_replace_the_environment(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 5 (cfn-coverage-roadmap#2270): tags of an environment are create-only, so a stack-wide tag stays off it."""
    from aws_cdk import Tags

    construct(stack, "Environment", vpc=vpc, instance_tags={"cost": "genomics"})
    Tags.of(stack).add("team", "a")
    environment = only(ENVIRONMENT)
    assert "Tags" not in environment
    assert environment["ComputeResources"]["Tags"] == {"cost": "genomics"}


@FAMILY
def test_desired_vcpus_are_never_rendered(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Pain 24 (terraform-provider-aws#4671): AWS Batch moves the number, and a template that sets it fails later."""
    construct(stack, "Environment", vpc=vpc, min_vcpus=4)
    assert "DesiredvCpus" not in only(ENVIRONMENT)["ComputeResources"]


@FAMILY
def test_nothing_has_a_physical_name(
    stack: Stack, vpc: ec2.IVpc, synth: Callable[[], dict[str, dict[str, Any]]], construct: Any
) -> None:
    """Pains 3 and 26 (awslabs/LISA#1007): a fixed name can neither be replaced nor deployed twice."""
    construct(stack, "Environment", vpc=vpc)
    names = [key for each in synth().values() for key in each["Properties"] if key.endswith("Name")]
    assert names == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"min_vcpus": 10, "max_vcpus": 5},
            "max_vcpus must be at least min_vcpus, got min_vcpus=10 and max_vcpus=5",
        ),
        ({"max_vcpus": 0}, "max_vcpus must be at least 1"),
        ({"min_vcpus": -1}, "min_vcpus must be at least 0"),
        ({"instance_types": []}, "instance_types must name at least one"),
        ({"instance_types": ["C6I.Larg!"]}, r"got 'C6I.Larg!' \(did you mean 'c6i.large'\?\)"),
        (
            {"instance_types": ["c7g", "optimal"]},
            r"share one architecture, got c7g \(arm64\) and optimal \(x86_64\)",
        ),
        ({"security_groups": []}, "security_groups must name at least one"),
        (
            {"scale_down_delay": Duration.minutes(19)},
            "scale_down_delay must be 0 or from 20 to 10,080 minutes, got 19",
        ),
        ({"scale_down_delay": Duration.seconds(1230)}, "scale_down_delay must be .* got 20.5"),
        ({"compute_environment_name": "bad name!!"}, "compute_environment_name must be 1 to 128 letters"),
        ({"compute_environment_name": "a", "replace_compute_environment": True}, "needs a generated name"),
        ({"instance_tags": {"aws:x": "1"}}, "not begin with 'aws:'"),
        ({"instance_tags": {"key": "v" * 257}}, "the length of the tag 'key'"),
        ({"instance_tags": {str(n): "" for n in range(51)}}, "the number of instance_tags"),
    ],
)
@FAMILY
def test_fails_when_arguments_are_impossible(
    stack: Stack, vpc: ec2.IVpc, construct: Any, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS would refuse the value, before anything is in the tree."""
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        construct(stack, "Environment", vpc=vpc, **arguments)
    assert len(stack.node.children) == before


@FAMILY
def test_every_further_member_is_rendered(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """Every further member of CloudFormation's schema has a typed argument with the range of the schema."""
    from aws_cdk import aws_ec2

    construct(
        stack,
        "Environment",
        vpc=vpc,
        scale_down_delay=Duration.hours(1),
        key_pair=aws_ec2.KeyPair.from_key_pair_name(stack, "Key", "mine"),
        container_insights=ContainerInsights.ENHANCED,
        context="reserved",
    )
    environment = only(ENVIRONMENT)
    capacity = environment["ComputeResources"]
    assert capacity["ScalingPolicy"] == {"MinScaleDownDelayMinutes": 60}
    assert capacity["Ec2KeyPair"] == "mine"
    assert environment["EcsSettings"] == {"ContainerInsights": "ENHANCED"}
    assert environment["Context"] == "reserved"


@FAMILY
def test_what_is_omitted_is_not_rendered(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], construct: Any
) -> None:
    """An omitted argument is not rendered, so AWS's default applies."""
    construct(stack, "Environment", vpc=vpc)
    environment = only(ENVIRONMENT)
    assert environment.keys() == {"Type", "State", "ReplaceComputeEnvironment", "ComputeResources"}
    assert not environment["ComputeResources"].keys() & {"ScalingPolicy", "Ec2KeyPair", "Tags", "ImageId"}


@pytest.mark.parametrize("minutes", [0, 20, 10_080])
def test_the_ends_of_the_scale_down_delay_pass(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]], minutes: int
) -> None:
    """0 switches it off; otherwise it is 20 minutes to a week."""
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, scale_down_delay=Duration.minutes(minutes))
    assert only(ENVIRONMENT)["ComputeResources"]["ScalingPolicy"] == {"MinScaleDownDelayMinutes": minutes}


def test_a_delay_that_only_cloudformation_knows_passes(
    stack: Stack, vpc: ec2.IVpc, only: Callable[[str], dict[str, Any]]
) -> None:
    """A token is no error."""
    from aws_cdk import CfnParameter

    delay = Duration.minutes(CfnParameter(stack, "Delay", type="Number").value_as_number)
    Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, scale_down_delay=delay)
    policy = only(ENVIRONMENT)["ComputeResources"]["ScalingPolicy"]
    assert policy == {"MinScaleDownDelayMinutes": {"Ref": "Delay"}}


def arguments_of(construct: Any) -> dict[str, tuple[str, Any]]:
    parameters = inspect.signature(construct.__init__).parameters.values()
    return {each.name: (str(each.annotation), each.default) for each in parameters}


@pytest.mark.parametrize("construct", CLASSES[1:])
def test_the_same_argument_means_the_same_in_every_class(construct: type) -> None:
    """Their signatures are written out for readers; types and defaults must not drift apart."""
    ours, theirs = arguments_of(construct), arguments_of(Ec2ComputeEnvironment)
    shared = ours.keys() & theirs.keys() - DIFFERENT
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


def test_the_classes_have_the_same_arguments() -> None:
    """Each class has the arguments of the plain one, except those that contradict it, plus its own."""
    plain = set(arguments_of(Ec2ComputeEnvironment))
    own = {
        each.__name__: (set(arguments_of(each)) - plain, plain - set(arguments_of(each)))
        for each in CLASSES[1:]
    }
    assert own == {
        "SpotComputeEnvironment": ({"bid_percentage"}, set()),
        "GpuComputeEnvironment": (
            {"spot", "bid_percentage", "capacity_reservation", "image_id"},
            {"image_types", "image_ids"},
        ),
        "EfaComputeEnvironment": (
            {"network_interfaces", "capacity_reservation"},
            {"launch_template_overrides"},
        ),
    }


def words_of(construct: Any) -> dict[str, str]:
    text = re.sub(r"\s+", " ", inspect.getdoc(construct.__init__) or "")
    names = "|".join(arguments_of(construct))
    found = re.split(rf" ({names}): ", text)
    return dict(zip(found[1::2], found[2::2], strict=True))


@pytest.mark.parametrize("construct", CLASSES[1:])
def test_the_same_argument_has_the_same_words_in_every_class(construct: type) -> None:
    """An argument has other words in a class only if it means something else there."""
    ours, theirs = words_of(construct), words_of(Ec2ComputeEnvironment)
    different = {name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]}
    allowed = {"vpc_subnets", "security_groups", "launch_template", "placement_group", "min_vcpus"}
    assert different - DIFFERENT <= (allowed if construct is EfaComputeEnvironment else set())
