"""States of Step Functions that submit a job and wait for its end."""

from __future__ import annotations

from typing import Any
from zlib import crc32

__all__ = ["TRY_AGAIN", "polled_states"]

# AWS Batch throttles SubmitJob at 50 calls a second in an account and fails now and then, and half a chain is useless.
# These are its errors, by the optimised integration and by that of the SDK, as users met them: ASFHyP3/hyp3#805,
# ASFHyP3/hyp3#911, ASFHyP3/hyp3#1676. States.TaskFailed is not among them: a job that ran and failed would run again in
# addition to its own retry strategy.
TRY_AGAIN = [
    {
        "ErrorEquals": [
            "Batch.ServerException",
            "Batch.AWSBatchException",
            "Batch.BatchException",
            "Batch.TooManyRequestsException",
            "Batch.SdkClientException",
        ],
        "IntervalSeconds": 2,
        "MaxAttempts": 8,
        "BackoffRate": 2,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }
]

_FIRST_LOOK_SECONDS = 15
# An execution has at most 25,000 events, and one poll takes eleven: with these intervals they last for 150 days.
_LONGER_EACH_TIME_SECONDS = 5
# The name of a state has at most 80 characters.
_LONGEST = 80


def polled_states(name: str, submission: dict[str, Any], partition: str) -> dict[str, Any]:
    """Return the states that submit a job, and ask AWS Batch until it has ended.

    They begin with the state of the job's name. They end with the job: the last one fails if the job failed.

    Args:
        name: The name of the job in its chain.
        submission: The state that submits it, without ``Next`` or ``End``.
        partition: ``aws``, ``aws-cn``…, or a token.
    """
    job = f"$.jobs.{name}"
    wait, look, ended, later, failed = (
        _named(verb, name) for verb in ("Wait for", "Look at", "Ended:", "Later:", "Failed:")
    )
    seconds = {"Seconds": _FIRST_LOOK_SECONDS}
    return {
        name: {**submission, "ResultSelector": {**submission["ResultSelector"], **seconds}, "Next": wait},
        wait: {"Type": "Wait", "SecondsPath": f"{job}.Seconds", "Next": look},
        look: {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::aws-sdk:batch:describeJobs",
            "Parameters": {"Jobs.$": f"States.Array({job}.JobId)"},
            "ResultSelector": {
                # Lists, since DescribeJobs may not find a job that was just submitted.
                "Succeeded.$": "States.ArrayContains($.Jobs[*].Status, 'SUCCEEDED')",
                "Failed.$": "States.ArrayContains($.Jobs[*].Status, 'FAILED')",
            },
            "ResultPath": f"{job}.Ended",
            "Retry": TRY_AGAIN,
            "Next": ended,
        },
        ended: {
            "Type": "Choice",
            "Choices": [
                {"Variable": f"{job}.Ended.Succeeded", "BooleanEquals": True, "Next": _named("Done:", name)},
                {"Variable": f"{job}.Ended.Failed", "BooleanEquals": True, "Next": failed},
            ],
            "Default": later,
        },
        later: {
            "Type": "Pass",
            "Parameters": {
                "JobId.$": f"{job}.JobId",
                "Seconds.$": f"States.MathAdd({job}.Seconds, {_LONGER_EACH_TIME_SECONDS})",
            },
            "ResultPath": job,
            "Next": wait,
        },
        failed: {
            "Type": "Fail",
            "Error": "JobFailed",
            "CausePath": f"States.Format('job {{}} failed: its statusReason says why', {job}.JobId)",
        },
        _named("Done:", name): {
            "Type": "Pass",
            "Parameters": {"JobId.$": f"{job}.JobId"},
            "ResultPath": job,
            "End": True,
        },
    }


def _named(verb: str, name: str) -> str:
    """Return the name of a state about a job. It has a space, so it differs from all names of jobs."""
    whole = f"{verb} {name}"
    return whole if len(whole) <= _LONGEST else f"{verb} {name[:55]} {crc32(name.encode()):08x}"
