"""Turn events of AWS Batch into metrics: log lines in CloudWatch's embedded metric format.

The file runs alone in AWS Lambda. EventBridge delivers events at least once and in no order, so each event is counted by
itself, and skipped if this process has already seen it. Events that it does not understand are ignored, never an error.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

NAMESPACE = os.environ.get("NAMESPACE", "BatchConstructs")
# Only these definitions have metrics: each costs up to eleven custom metrics.
DEFINITIONS = frozenset(os.environ.get("DEFINITIONS", "").split(",")) - {""}
REMEMBERED = 20_000
JOBS = ("Batch Job State Change", "Batch Service Job State Change")
INSTANCES = "ECS Container Instance State Change"
API_CALL = "AWS API Call via CloudTrail"
STATES = ("PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
ENDS = ("SUCCEEDED", "FAILED")
RECLAIMED = ("Host EC2", "Your Spot Task was interrupted")
TIMES = ("TimeToStart", "RunTime")
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CLUSTER = re.compile(rf":[a-z-]+/(?:AWSBatch-(.+)-{UUID}|(.+)_Batch_{UUID})(?:/|$)")

_seen: OrderedDict[tuple[Any, ...], None] = OrderedDict()


def handler(event: Any, context: Any = None) -> None:
    """Write the log lines of one event."""
    del context
    for line in lines(event):
        print(json.dumps(line, separators=(",", ":")))  # noqa: T201 - the log is what CloudWatch reads


def lines(event: Any) -> list[dict[str, Any]]:
    """Return the log lines of an event: about a job, an instance, a submission, or the schedule that asks for sizes."""
    kind = _member(event, "detail-type", str)
    if kind in JOBS:
        return job(event)
    if kind == INSTANCES:
        return instance(event)
    if kind == API_CALL:
        return submission(event)
    return environments(event) if _member(event, "kind", str) == "environments" else []


def job(event: Any) -> list[dict[str, Any]]:
    """Return the line of a changed job state; none for arrays, whose children count, and nodes, whose job counts."""
    detail = _member(event, "detail", dict)
    status, job_id = _member(detail, "status", str), _member(detail, "jobId", str)
    array = _member(detail, "arrayProperties", dict)
    if status not in STATES or not job_id or "#" in job_id or ("size" in array and "index" not in array):
        return []
    attempts = _member(detail, "attempts", list)
    if _again((job_id, status, len(attempts))):
        return []
    last = attempts[-1] if attempts else None
    reason = _member(detail, "statusReason", str) or _member(last, "statusReason", str)
    again = status == "RUNNABLE" and bool(attempts)
    values: dict[str, float] = {"Retries" if again else status.title(): 1}
    if again or status in ENDS:
        ran = _between(last, "startedAt", "stoppedAt")
        if ran is None:
            ran = _between(detail, "startedAt", "stoppedAt")
        values |= {} if ran is None else {"RunTime": ran}
    if (again or status == "FAILED") and reason.startswith(RECLAIMED):
        values["SpotReclaims"] = 1
    if status == "RUNNING" and not attempts:
        waited = _between(detail, "createdAt", "startedAt")
        values |= {} if waited is None else {"TimeToStart": waited}
    words = {
        "JobQueue": _name(_member(detail, "jobQueue", str)),
        "JobDefinition": _definition(_member(detail, "jobDefinition", str)),
        **_place(detail, last),
    }
    more = {"JobId": job_id[:256], "JobName": _member(detail, "jobName", str)[:128]}
    if status == "FAILED":
        more |= {"Reason": reason[:256] or "-", "ExitCode": _exit_code(detail, last)}
    reclaims = [name for name in values if name == "SpotReclaims"]
    by = {
        "JobQueue": reclaims,
        "ComputeEnvironment": [name for name in ("Succeeded", "Failed") if name in values] + reclaims,
        "JobDefinition": list(values) if words["JobDefinition"] in DEFINITIONS else [],
    }
    return [_line(event, {**words, **values, **more}, by)]


def instance(event: Any) -> list[dict[str, Any]]:
    """Return a line with an instance's type and zone, which queries join with the jobs that ran there."""
    detail = _member(event, "detail", dict)
    arn = _member(detail, "containerInstanceArn", str)
    found = {
        _member(each, "name", str): _member(each, "value", str)
        for each in _member(detail, "attributes", list)
    }
    kind, zone = found.get("ecs.instance-type"), found.get("ecs.availability-zone")
    if not arn or not kind or not zone or _again((arn, _member(detail, "status", str))):
        return []
    words = {
        "ContainerInstance": _name(arn),
        "ComputeEnvironment": _environment(_member(detail, "clusterArn", str)),
        "InstanceType": kind[:64],
        "AvailabilityZone": zone[:64],
        "InstanceStatus": _member(detail, "status", str)[:64],
    }
    return [_line(event, words, {})]


def submission(event: Any) -> list[dict[str, Any]]:
    """Return the number of submitted jobs of a definition from a CloudTrail event; an array counts all its children."""
    detail = _member(event, "detail", dict)
    request = _member(detail, "requestParameters", dict)
    definition = _definition(_member(request, "jobDefinition", str))
    wanted = _member(detail, "eventName", str) == "SubmitJob" and definition in DEFINITIONS
    if not wanted or "errorCode" in detail or _again(("call", _member(detail, "eventID", str))):
        return []
    size = _number(_member(request, "arrayProperties", dict), "size") or 1
    words = {"JobQueue": _name(_member(request, "jobQueue", str)), "JobDefinition": definition}
    return [_line(event, {**words, "Submitted": size}, {"JobDefinition": ["Submitted"]})]


def environments(event: Any) -> list[dict[str, Any]]:
    """Return a line for each environment with its current and maximum size, which AWS Batch is asked for."""
    names = [name for name in _member(event, "names", list) if isinstance(name, str)]
    if not names:
        return []
    import boto3  # noqa: PLC0415 - events of jobs do not need it, and it takes half a second

    found = boto3.client("batch").describe_compute_environments(computeEnvironments=names)
    return [_size(event, each) for each in _member(found, "computeEnvironments", list)]


def _size(event: Any, environment: Any) -> dict[str, Any]:
    resources = _member(environment, "computeResources", dict)
    sizes = {"MaxVcpus": _number(resources, "maxvCpus"), "DesiredVcpus": _number(resources, "desiredvCpus")}
    values = {name: size for name, size in sizes.items() if size is not None}
    words = {
        "ComputeEnvironment": _member(environment, "computeEnvironmentName", str) or "-",
        "EnvironmentStatus": _member(environment, "status", str),
    }
    return _line(event, {**words, **values}, {"ComputeEnvironment": list(values)})


def _line(event: Any, members: dict[str, Any], by: dict[str, list[str]]) -> dict[str, Any]:
    """Return a log line; those of its members that a dimension names become metrics."""
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [[dimension]],
            "Metrics": [
                {"Name": name, "Unit": "Milliseconds" if name in TIMES else "Count"} for name in names
            ],
        }
        for dimension, names in by.items()
        if names and members.get(dimension, "-") != "-"
    ]
    if not directives:
        return members
    return {"_aws": {"Timestamp": _when(event), "CloudWatchMetrics": directives}, **members}


def _when(event: Any) -> int:
    """Return the event's time in milliseconds, or the current time if CloudWatch would not accept it."""
    now = time.time()
    try:
        said = datetime.fromisoformat(_member(event, "time", str)).timestamp()
    except (ValueError, OverflowError, OSError):
        said = now
    # CloudWatch accepts metrics up to two weeks old and two hours ahead.
    return int(1000 * (said if now - 14 * 86_400 < said < now + 7_200 else now))


def _again(key: tuple[Any, ...]) -> bool:
    if key in _seen:
        return True
    _seen[key] = None
    if len(_seen) > REMEMBERED:
        _seen.popitem(last=False)
    return False


def _place(detail: Any, attempt: Any) -> dict[str, str]:
    """Return where a job's last attempt ran, on EC2 with the instance; dashes for jobs on EKS and jobs that never ran."""
    for holder in (_member(detail, "container", dict), _member(attempt, "container", dict)):
        arn = _member(holder, "taskArn", str)
        if arn:
            host = _member(holder, "containerInstanceArn", str)
            return {"ComputeEnvironment": _environment(arn), "ContainerInstance": _name(host)}
    tasks = _member(_member(detail, "ecsProperties", dict), "taskProperties", list)
    for task in (*tasks, *_member(attempt, "taskProperties", list)):
        arn = _member(task, "taskArn", str)
        if arn:
            host = _member(task, "containerInstanceArn", str)
            return {"ComputeEnvironment": _environment(arn), "ContainerInstance": _name(host)}
    return {"ComputeEnvironment": "-", "ContainerInstance": "-"}


def _environment(arn: str) -> str:
    """Return the environment's name from the ARN of its cluster or of a task in it."""
    match = CLUSTER.search(arn)
    return "-" if match is None else _name(match[1] or match[2])


def _exit_code(detail: Any, attempt: Any) -> int | str:
    for holder in (detail, attempt):
        code = _number(_member(holder, "container", dict), "exitCode")
        if code is not None:
            return int(code)
    return "-"


def _definition(arn: str) -> str:
    return _name(arn).partition(":")[0] or "-"


def _name(arn: str) -> str:
    """Return the name in an ARN, or the name itself, cut to the limit of a dimension; a dash if there is none."""
    return "".join(sign for sign in arn.rsplit("/", 1)[-1] if " " < sign <= "~")[:250] or "-"


def _between(holder: Any, start: str, stop: str) -> float | None:
    began, ended = _number(holder, start), _number(holder, stop)
    return ended - began if began is not None and ended is not None and ended >= began else None


def _number(holder: Any, name: str) -> float | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    good = isinstance(value, int | float) and not isinstance(value, bool)
    # Python's JSON parser also accepts NaN and Infinity.
    return float(value) if good and abs(value) < 1e15 else None  # type: ignore[arg-type]


def _member(holder: Any, name: str, kind: type[Any]) -> Any:
    """Return a member if it has the expected type, else an empty value of that type."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, kind) else kind()
