"""The event that AWS Batch does not send: an environment is INVALID. Looked up by the clock, without a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from batch_constructs import _cfn
from batch_constructs._tokens import minutes
from batch_constructs.facts import events as facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef

__all__ = ["EnvironmentCheck", "check_definition"]


def check_definition(
    compute_environments: Sequence[str], *, partition: str = "aws", event_bus: str = "default"
) -> dict[str, Any]:
    """The state machine: describe all, and put an event for each that is INVALID.

    Args:
        compute_environments: Names or ARNs; none for all.
        partition: Where the services are.
        event_bus: The name of the bus that hears of it.
    """
    wanted = {"ComputeEnvironments": list(compute_environments)} if compute_environments else {}
    put = {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::events:putEvents",
        "Parameters": {
            "Entries": [
                {
                    "Source": facts.OWN_SOURCE,
                    "DetailType": facts.ENVIRONMENT_INVALID,
                    "EventBusName": event_bus,
                    "Detail.$": "$",
                }
            ]
        },
        "End": True,
    }
    return {
        "Comment": "Tells EventBridge of compute environments that are INVALID",
        "StartAt": "Describe",
        "States": {
            "Describe": {
                "Type": "Task",
                # One page: it has 100, and an account has 50 unless its quota was raised far.
                "Resource": f"arn:{partition}:states:::aws-sdk:batch:describeComputeEnvironments",
                "Parameters": wanted,
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 3}],
                "Next": "Tell",
            },
            "Tell": {
                "Type": "Map",
                "ItemsPath": "$.ComputeEnvironments",
                "ItemProcessor": {
                    "StartAt": "Invalid?",
                    "States": {
                        "Invalid?": {
                            "Type": "Choice",
                            "Choices": [{"Variable": "$.Status", "StringEquals": "INVALID", "Next": "Put"}],
                            "Default": "Fine",
                        },
                        "Fine": {"Type": "Succeed"},
                        "Put": put,
                    },
                },
                "End": True,
            },
        },
    }


class EnvironmentCheck(Construct):
    """A schedule, and a state machine that it starts: two state transitions for each environment, and two more."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        every: Duration,
        compute_environments: Sequence[IComputeEnvironmentRef],
    ) -> None:
        """Create both, each with a role of its own.

        Args:
            scope: Where the check belongs.
            id: Its name in that scope.
            every: How often to look.
            compute_environments: Which ones; none for all.
        """
        super().__init__(scope, id)
        names = [each.compute_environment_ref.compute_environment_arn for each in compute_environments]
        role = self._role("Role", "states.amazonaws.com")
        # IAM knows no resource for it.
        role.add_to_policy(
            iam.PolicyStatement(actions=["batch:DescribeComputeEnvironments"], resources=["*"])
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["events:PutEvents"],
                resources=[_cfn.arn("events", "event-bus/default")],
                conditions={"StringEquals": {"events:source": facts.OWN_SOURCE}},
            )
        )
        definition = check_definition(names, partition=_cfn.partition())
        self.state_machine = sfn.CfnStateMachine(
            self,
            "Resource",
            role_arn=role.role_arn,
            definition_string=Stack.of(self).to_json_string(definition),
        )
        # An execution that starts before the role has its rights would fail.
        self.state_machine.node.add_dependency(role.node.find_child("DefaultPolicy"))
        starter = self._role("Starter", "scheduler.amazonaws.com")
        starter.add_to_policy(
            iam.PolicyStatement(actions=["states:StartExecution"], resources=[self.state_machine.attr_arn])
        )
        self.schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            schedule_expression=f"rate({int(minutes(every) or 0)} minutes)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.state_machine.attr_arn, role_arn=starter.role_arn
            ),
        )

    def _role(self, id: str, service: str) -> iam.Role:
        return iam.Role(
            self,
            id,
            assumed_by=_cfn.guarded_principal(
                service, {"StringEquals": {"aws:SourceAccount": _cfn.account()}}
            ),
        )
