"""What other services refuse of what AWS Batch users write around their jobs: rules, schedules, state machines, roles."""

from __future__ import annotations

from typing import Any

from tests.preflight import ACCOUNT
from tests.refused.bases import (
    BATCH_ROLE,
    LEFT_OUT,
    POLICY_OF_TOPIC,
    QUEUE_OF_AWS_KEY,
    ROLE,
    TOPIC_OF_AWS_KEY,
    USER_DATA,
    table,
)

_TARGET = "Rule.Targets[0]."
_STATE = "Machine.Definition.States.Submit."
_TRUST = "Role.AssumeRolePolicyDocument.Statement[0]."
_ALERT = {"Id": "alert", "Arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"}
_PATHS = {"job": "$.detail.jobName"}


def _transformer(template: str, paths: Any = _PATHS) -> dict[str, Any]:
    return {f"{_TARGET}InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}


NEIGHBOURS = table(
    {
        # Rules of EventBridge that submit jobs.
        "events-target-batch-parameters": (
            "nightly job",
            {f"{_TARGET}BatchParameters.ArrayProperties.Size": 1},
            "ARR-01",
        ),
        "events-target-role-required": ("nightly job", {f"{_TARGET}RoleArn": LEFT_OUT}, "EVT-03"),
        "events-target-role-trust": (
            "nightly job",
            {f"{_TARGET}RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Role": BATCH_ROLE},
            "IAM-13",
        ),
        "events-target-parameters-required": (
            "nightly job",
            {f"{_TARGET}BatchParameters": LEFT_OUT},
            "EVT-13",
        ),
        "events-target-parameters-mismatch": (
            "alert",
            {
                f"{_TARGET}BatchParameters": {"JobDefinition": "align:1", "JobName": "align"},
                f"{_TARGET}RoleArn": ROLE,
            },
            "EVT-13",
        ),
        "events-target-id-duplicate": ("alert", {"Rule.Targets[1]": _ALERT}, "EVT-13"),
        "events-target-dlq": (
            "alert",
            {f"{_TARGET}DeadLetterConfig.Arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:lost"},
            "EVT-05",
        ),
        "events-target-input-json": ("alert", {f"{_TARGET}Input": "a job failed"}, "EVT-11"),
        "events-target-input-exclusive": (
            "alert",
            {f"{_TARGET}Input": "{}", f"{_TARGET}InputPath": "$.detail"},
            "EVT-11",
        ),
        "events-input-path-jsonpath": ("alert", {f"{_TARGET}InputPath": "detail.jobName"}, "EVT-11"),
        "events-input-transformer-placeholders": ("alert", _transformer('"<job> of <queue>"'), "EVT-11"),
        "events-input-transformer-json-var": ("alert", _transformer('"<aws.events.event.json>"'), "EVT-11"),
        "events-input-transformer-limits": (
            "alert",
            _transformer('"<p1>"', {f"p{n}": "$.id" for n in range(101)}),
            "EVT-11",
        ),
        "events-rule-cron-fields": (
            "nightly job",
            {"Rule.ScheduleExpression": "cron(0 25 * * ? *)"},
            "EVT-15",
        ),
        "events-rule-schedule-default-bus": ("nightly job", {"Rule.EventBusName": "jobs"}, "EVT-15"),
        "events-pattern-scalar-value": ("alert", {"Rule.EventPattern.detail.status": "FAILED"}, "EVT-09"),
        "events-pattern-operator": (
            "alert",
            {"Rule.EventPattern.detail.jobName": [{"begins-with": "align"}]},
            "EVT-09",
        ),
        "events-pattern-empty-array": ("alert", {"Rule.EventPattern.detail.status": []}, "EVT-09"),
        "events-pattern-empty": ("alert", {"Rule.EventPattern": {}}, "EVT-09"),
        "events-pattern-or-exclusive": (
            "alert",
            {
                "Rule.EventPattern.detail": {
                    "$or": [{"status": ["FAILED"]}, {"attempts": [1]}],
                    "jobName": ["align"],
                }
            },
            "EVT-09",
        ),
        # Topics and queues for alerts.
        "sns-aws-managed-key-delivery": (
            "alert",
            {"Topic": TOPIC_OF_AWS_KEY, "Policy": POLICY_OF_TOPIC, f"{_TARGET}Arn": {"Ref": "Topic"}},
            "EVT-07",
        ),
        "sqs-aws-managed-key-delivery": (
            "alert",
            {"Lost": QUEUE_OF_AWS_KEY, f"{_TARGET}Arn": {"Fn::GetAtt": ["Lost", "Arn"]}},
            "EVT-23",
        ),
        # Schedules.
        "scheduler-universal-target": ("schedule", {"Schedule.Target.Input": LEFT_OUT}, "EVT-19"),
        "scheduler-schedule-expression": (
            "schedule",
            {"Schedule.ScheduleExpression": "cron(0 3 * * * *)"},
            "EVT-17",
        ),
        "scheduler-rate-positive": ("schedule", {"Schedule.ScheduleExpression": "rate(0 hours)"}, "EVT-17"),
        "scheduler-date-format": ("schedule", {"Schedule.StartDate": "2030-01-01T00:00:00Z"}, "EVT-17"),
        "scheduler-start-end-order": (
            "schedule",
            {
                "Schedule.StartDate": "2030-02-01T00:00:00.000Z",
                "Schedule.EndDate": "2030-01-01T00:00:00.000Z",
            },
            "EVT-17",
        ),
        "scheduler-flexible-window": (
            "schedule",
            {"Schedule.FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
            "EVT-17",
        ),
        "scheduler-flexible-time-window": (
            "schedule",
            {"Schedule.FlexibleTimeWindow.MaximumWindowInMinutes": 5},
            "EVT-17",
        ),
        "scheduler-target-role-trust": (
            "schedule",
            {"Schedule.Target.RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "Role": BATCH_ROLE},
            "IAM-13",
        ),
        # State machines.
        "sfn-asl-resource-arn": (
            "machine",
            {f"{_STATE}Resource": "arn:aws:states:::batch:submitJob.waitForTaskToken"},
            "EVT-21",
        ),
        "sfn-asl-integration-parameters": ("machine", {f"{_STATE}Parameters": LEFT_OUT}, "EVT-21"),
        "sfn-asl-state-fields": ("machine", {f"{_STATE}Seconds": 5}, "EVT-21"),
        # Instances.
        "ec2-userdata-size": (
            "own template",
            {"Template.LaunchTemplateData.UserData": {"Fn::Base64": USER_DATA + "#" * 16_384}},
            "LT-15",
        ),
        "ec2-launch-template-name": ("own template", {"Template.LaunchTemplateName": "my jobs"}, "LT-17"),
        "ec2-instance-requirements-exclusive": (
            "own template",
            {
                "Template.LaunchTemplateData.InstanceType": "c6i.large",
                "Template.LaunchTemplateData.InstanceRequirements": {
                    "VCpuCount": {"Min": 2},
                    "MemoryMiB": {"Min": 4096},
                },
            },
            "LT-17",
        ),
        "iam-instance-profile-single-role": ("roles", {"Profile.Roles[1]": "other"}, "IAM-27"),
        "iam-trust-policy-service-principal": (
            "roles",
            {f"{_TRUST}Principal.Service": "ecs-tasks"},
            "IAM-23",
        ),
        "iam-trust-policy-service-wildcard": (
            "roles",
            {f"{_TRUST}Principal.Service": "*.amazonaws.com"},
            "IAM-23",
        ),
        "iam-trust-policy-action-sts-only": (
            "roles",
            {f"{_TRUST}Action": ["sts:AssumeRole", "ec2:RunInstances"]},
            "IAM-23",
        ),
        "iam-trust-policy-no-resource": ("roles", {f"{_TRUST}Resource": "*"}, "IAM-23"),
        "iam-managed-policy-count": (
            "roles",
            {"Role.ManagedPolicyArns": [f"arn:aws:iam::{ACCOUNT}:policy/p{n}" for n in range(26)]},
            "IAM-25",
        ),
    }
)
