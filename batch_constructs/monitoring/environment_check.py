"""A scheduled check that sends the event that AWS Batch does not send: an environment is INVALID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from batch_constructs._border import cdk
from batch_constructs._border.tokens import minutes
from batch_constructs.facts import events as facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef

__all__ = ["EnvironmentCheck", "check_definition"]


def check_definition(
    compute_environments: Sequence[str], *, partition: str = "aws", event_bus: str = "default"
) -> dict[str, Any]:
    """Return the state machine that puts an event for each environment that is INVALID or has an old image.

    It looks at images only if the input is ``{"ImageUpdates": true}``.

    Args:
        compute_environments: Names or ARNs; empty for all.
        partition: The partition of the services.
        event_bus: The name of the bus that gets the events.
    """
    wanted = {"ComputeEnvironments": list(compute_environments)} if compute_environments else {}
    return {
        "Comment": "Tells EventBridge of compute environments that are INVALID or have an old image",
        "StartAt": "Describe",
        "States": {
            "Describe": {
                "Type": "Task",
                # One page holds 100 environments; an account has 50 unless its quota was raised.
                "Resource": f"arn:{partition}:states:::aws-sdk:batch:describeComputeEnvironments",
                "Parameters": wanted,
                # Keeps the input next to the result.
                "ResultPath": "$.Found",
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 3}],
                "Next": "Images?",
            },
            "Images?": {
                "Type": "Choice",
                "Choices": [{**_is("$.ImageUpdates", "BooleanEquals", value=True), "Next": "TellImages"}],
                "Default": "Tell",
            },
            "Tell": {
                **_each(
                    "$.Found.ComputeEnvironments",
                    _invalid(_put(partition, event_bus, facts.ENVIRONMENT_INVALID)),
                ),
                "End": True,
            },
            "TellImages": {
                **_each(
                    "$.Found.ComputeEnvironments",
                    _outdated(_put(partition, event_bus, facts.IMAGE_UPDATE_AVAILABLE)),
                ),
                "End": True,
            },
        },
    }


_CONFIGURATIONS = "$.ComputeResources.Ec2Configuration"


def _is(path: str, operator: str, value: object) -> dict[str, Any]:
    """Return the condition that a member is present and has a value."""
    return {"And": [{"Variable": path, "IsPresent": True}, {"Variable": path, operator: value}]}


def _each(items: str, processor: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Map", "ItemsPath": items, "ItemProcessor": processor}


def _choose(question: str, condition: dict[str, Any], name: str, then: dict[str, Any]) -> dict[str, Any]:
    """Return states that run ``then`` if a condition holds, and end otherwise."""
    return {
        "StartAt": question,
        "States": {
            question: {"Type": "Choice", "Choices": [{**condition, "Next": name}], "Default": f"No{name}"},
            f"No{name}": {"Type": "Succeed"},
            name: {**then, "End": True},
        },
    }


def _invalid(put: dict[str, Any]) -> dict[str, Any]:
    condition = {"Variable": "$.Status", "StringEquals": "INVALID"}
    return _choose("Invalid?", condition, "Put", put)


def _outdated(put: dict[str, Any]) -> dict[str, Any]:
    """Return states that put an event for each outdated image type; most kinds of environments have no image types."""
    each_type = {
        **_each(
            _CONFIGURATIONS,
            _choose(
                "Outdated?",
                _is("$.Configuration.BatchImageStatus", "StringEquals", "UPDATE_AVAILABLE"),
                "PutImage",
                put,
            ),
        ),
        "ItemSelector": {
            "ComputeEnvironmentName.$": "$.ComputeEnvironmentName",
            "ComputeEnvironmentArn.$": "$.ComputeEnvironmentArn",
            "Configuration.$": "$$.Map.Item.Value",
        },
    }
    return _choose("Configured?", {"Variable": _CONFIGURATIONS, "IsPresent": True}, "EachType", each_type)


def _put(partition: str, event_bus: str, detail_type: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::events:putEvents",
        "Parameters": {
            "Entries": [
                {
                    "Source": facts.OWN_SOURCE,
                    "DetailType": detail_type,
                    "EventBusName": event_bus,
                    "Detail.$": "$",
                }
            ]
        },
    }


class EnvironmentCheck(Construct):
    """A schedule and the state machine that it starts: two state transitions per environment, and two more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        every: Duration,
        image_updates: bool,
        compute_environments: Sequence[IComputeEnvironmentRef],
    ) -> None:
        """Create both, each with a role of its own.

        Args:
            scope: Where the check belongs.
            id: Its name in that scope.
            every: How often to check.
            image_updates: Whether to check for newer images, too, once a week.
            compute_environments: The environments; empty for all.
        """
        super().__init__(scope, id)
        names = [each.compute_environment_ref.compute_environment_arn for each in compute_environments]
        role = self._role("Role", "states.amazonaws.com")
        # IAM has no resource type for this action.
        role.add_to_policy(
            iam.PolicyStatement(actions=["batch:DescribeComputeEnvironments"], resources=["*"])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["events:PutEvents"],
                resources=[cdk.arn("events", "event-bus/default")],
                conditions={"StringEquals": {"events:source": facts.OWN_SOURCE}},
            )
        )
        definition = check_definition(names, partition=cdk.partition())
        self.state_machine = sfn.CfnStateMachine(
            self,
            "Resource",
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(definition),
        )
        # An execution that starts before the role has its policy would fail.
        self.state_machine.node.add_dependency(role.node.find_child("DefaultPolicy"))
        starter = self._role("Starter", "scheduler.amazonaws.com")
        starter.add_to_policy(
            iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.state_machine.attr_arn])
        )
        self._starter_arn = starter.role_arn
        self.schedule = self._schedule("Schedule", f"rate({int(minutes(every) or 0)} minutes)")
        if image_updates:
            self._schedule("Images", "rate(7 days)", question='{"ImageUpdates": true}')

    def _schedule(self, id: str, expression: str, question: str = "{}") -> scheduler.CfnSchedule:
        return scheduler.CfnSchedule(
            self,
            id,
            schedule_expression=expression,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.state_machine.attr_arn, role_arn=self._starter_arn, input=question
            ),
        )

    def _role(self, id: str, service: str) -> iam.Role:
        return iam.Role(
            self,
            id,
            assumed_by=cdk.guarded_principal(service, {"StringEquals": {"aws:SourceAccount": cdk.account()}}),
        )
