"""Findings in a cloud assembly name the argument of the construct that made the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs import BatchNetwork, JobQueue, SpotComputeEnvironment
from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read

if TYPE_CHECKING:
    from aws_cdk import App
    from constructs import Construct


class OwnEnvironment(SpotComputeEnvironment):
    """A class of a user."""


def app_without_checks() -> App:
    """Return an app whose templates are written whatever is in them."""
    import aws_cdk as cdk

    return cdk.App(context={"batch-constructs:checks": False})


def arguments_in(app: App) -> dict[str, str]:
    """Return the argument of each finding, by construct path and rule."""
    model = read(app.synth().directory)
    return {f"{each.resource.label} {each.rule_id}": each.argument for each in check(model)}


def expensive_spot(scope: Construct, kind: Any) -> Any:
    """Return an environment with a bid that AWS refuses."""
    vpc = BatchNetwork(scope, "Network").vpc
    environment = kind(scope, "Spot", vpc=vpc, instance_types=["m7i.large"])
    environment.cfn.add_property_override("ComputeResources.BidPercentage", 200)
    return environment


def test_a_finding_names_the_argument_that_sets_the_member() -> None:
    """The argument is that of the class of this library, also for a class of a user; an L1 resource has none."""
    import aws_cdk as cdk
    from aws_cdk import aws_batch as batch

    app = app_without_checks()
    stack = cdk.Stack(app, "S")
    environment = expensive_spot(stack, OwnEnvironment)
    queue = JobQueue(stack, "Queue", compute_environments=[environment])
    queue.cfn.add_property_override("Priority", 5000)
    batch.CfnJobQueue(stack, "Raw", priority=5000, compute_environment_order=[])
    found = arguments_in(app)
    assert found["S/Spot CE-05"] == "bid_percentage of SpotComputeEnvironment"
    assert found["S/Queue JQ-07"] == "priority of JobQueue"
    assert found["S/Raw JQ-07"] == ""


def test_a_resource_of_a_nested_stack_has_its_argument() -> None:
    """The metadata of nested stacks is in that of the stack above."""
    import aws_cdk as cdk

    app = app_without_checks()
    expensive_spot(cdk.NestedStack(cdk.Stack(app, "S"), "Inner"), SpotComputeEnvironment)
    assert arguments_in(app)["S/Inner/Spot CE-05"] == "bid_percentage of SpotComputeEnvironment"


def test_a_construct_inside_another_has_its_own_class() -> None:
    """A security group inside an environment has no argument of the environment."""
    import aws_cdk as cdk

    app = app_without_checks()
    expensive_spot(cdk.Stack(app, "S"), SpotComputeEnvironment)
    model = read(app.synth().directory)
    made = {each.label: each.made_by for each in model.resources}
    assert made["S/Spot"] == "SpotComputeEnvironment"
    assert made["S/Network/Vpc"] == ""
