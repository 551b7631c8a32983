"""The four operations of Amazon CloudWatch Logs that read: JSON 1.1, in the spelling of that API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batch_constructs.local.errors import ClientError
from batch_constructs.local.plan.identities import ACCOUNT

if TYPE_CHECKING:
    from batch_constructs.local.logs import Logs

Document = dict[str, Any]

TARGET = "Logs_20140328."


class InvalidParameterError(ClientError):
    """A member of a request has no meaning."""

    code = "InvalidParameterException"


class ResourceNotFoundError(ClientError):
    """There is no such group or stream."""

    code = "ResourceNotFoundException"


_TYPES: dict[str, tuple[type, ...]] = {
    "logGroupName": (str,),
    "logGroupIdentifier": (str,),
    "logStreamName": (str,),
    "logStreamNames": (list,),
    "logStreamNamePrefix": (str,),
    "logGroupNamePrefix": (str,),
    "filterPattern": (str,),
    "nextToken": (str,),
    "startFromHead": (bool,),
    "limit": (int,),
    "startTime": (int, float),
    "endTime": (int, float),
}
_TOKEN = re.compile(r"([fb]/)?[0-9]{1,12}")


def read(logs: Logs, operation: str, request: Document) -> Document:
    """Carry out an operation that reads.

    Raises:
        InvalidParameterError: A member has the wrong type, or the token is not one of ours.
        ResourceNotFoundError: There is no such log stream.
    """
    request = {name: value for name, value in request.items() if value is not None}
    for name, value in request.items():
        if not isinstance(value, _TYPES.get(name, object)) or (
            isinstance(value, list) and not all(isinstance(each, str) for each in value)
        ):
            raise InvalidParameterError(f"{name} has the wrong type")
    if operation == "GetLogEvents" and "logStreamName" not in request:
        raise InvalidParameterError("logStreamName is required")
    if request.get("limit", 1) < 1:
        raise InvalidParameterError("limit must be at least 1")
    if request.get("nextToken") and not _TOKEN.fullmatch(request["nextToken"]):
        raise InvalidParameterError("The specified nextToken is invalid.")
    return READS[operation](logs, request)


def get_log_events(logs: Logs, request: Document) -> Document:
    """Return the lines of a stream; tokens are line numbers, and the last page gives its own token back."""
    group, stream = log_group(request), request["logStreamName"]
    events = [_event(*each) for each in _events(logs, group, stream)]
    events = [each for each in events if _within(each, request)]
    limit = min(request.get("limit", 10_000), 10_000)
    kind, _, position = (request.get("nextToken") or "").partition("/")
    if kind == "f":
        start = min(int(position), len(events))
    elif kind == "b":
        start = max(0, int(position) - limit)
    else:
        start = 0 if request.get("startFromHead") else max(0, len(events) - limit)
    page = events[start : int(position) if kind == "b" else start + limit]
    return {
        "events": page,
        "nextForwardToken": f"f/{start + len(page)}",
        "nextBackwardToken": f"b/{start}",
    }


def filter_log_events(logs: Logs, request: Document) -> Document:
    """Return the lines of several streams, ordered by time; a pattern is a word that must occur."""
    group = log_group(request)
    names = request.get("logStreamNames") or sorted(logs.streams(group))
    prefix, pattern = request.get("logStreamNamePrefix", ""), request.get("filterPattern", "").strip('"')
    events = [
        {**_event(*each), "logStreamName": name, "eventId": f"{name}/{number}"}
        for name in names
        if name.startswith(prefix)
        for number, each in enumerate(_events(logs, group, name))
    ]
    found = [each for each in events if pattern in each["message"] and _within(each, request)]
    found.sort(key=lambda each: each["timestamp"])
    start = int(request.get("nextToken") or 0)
    limit = min(request.get("limit", 10_000), 10_000)
    answer: Document = {"events": found[start : start + limit], "searchedLogStreams": []}
    if start + limit < len(found):
        answer["nextToken"] = str(start + limit)
    return answer


def describe_log_streams(logs: Logs, request: Document) -> Document:
    """List the streams of a group."""
    group, prefix = log_group(request), request.get("logStreamNamePrefix", "")
    found = [
        {
            "logStreamName": name,
            "creationTime": made,
            "arn": f"{_arn(logs, group)}:log-stream:{name}",
            "storedBytes": 0,
        }
        for name, made in sorted(logs.streams(group).items())
        if name.startswith(prefix)
    ]
    return _page("logStreams", found, request)


def describe_log_groups(logs: Logs, request: Document) -> Document:
    """List the groups."""
    prefix = request.get("logGroupNamePrefix", "")
    found = [
        {
            "logGroupName": name,
            "arn": f"{_arn(logs, name)}:*",
            "creationTime": 0,
            "storedBytes": 0,
            "metricFilterCount": 0,
        }
        for name in logs.groups()
        if name.startswith(prefix)
    ]
    return _page("logGroups", found, request)


READS = {
    "GetLogEvents": get_log_events,
    "FilterLogEvents": filter_log_events,
    "DescribeLogStreams": describe_log_streams,
    "DescribeLogGroups": describe_log_groups,
}


def _page(name: str, found: list[Document], request: Document) -> Document:
    start, limit = int(request.get("nextToken") or 0), min(request.get("limit", 50), 50)
    answer: Document = {name: found[start : start + limit]}
    if start + limit < len(found):
        answer["nextToken"] = str(start + limit)
    return answer


def log_group(request: Document) -> str:
    """Return the name of the group that a request asks about."""
    named = request.get("logGroupName") or request.get("logGroupIdentifier") or ""
    return str(named).rpartition(":log-group:")[2].removesuffix(":*")


def _arn(logs: Logs, group: str) -> str:
    return f"arn:aws:logs:{logs.region}:{ACCOUNT}:log-group:{group}"


def _events(logs: Logs, group: str, stream: str) -> list[tuple[int, str]]:
    try:
        return list(logs.events(group, stream))
    except KeyError:
        raise ResourceNotFoundError("The specified log stream does not exist.") from None


def _event(stamp: int, message: str) -> Document:
    return {"timestamp": stamp, "message": message, "ingestionTime": stamp}


def _within(event: Document, request: Document) -> bool:
    start, end = request.get("startTime", 0), request.get("endTime", float("inf"))
    return bool(start <= event["timestamp"] < end)
