"""The members that attempts add to a job: tasks with their containers, and pods.

Source: API, JobDetail, AttemptEcsTaskDetails, EksAttemptDetail, EksPodPropertiesDetail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]

_TASK = ("taskArn", "containerInstanceArn")
_EXIT = ("exitCode", "reason")


def details_of(job: Mapping[str, Any], attempt: Mapping[str, Any]) -> Document:
    """Return the task or the pod of a job with what its newest attempt adds; nothing for other jobs.

    Args:
        job: The members of the job or of the group of a node.
        attempt: What is kept of the attempt.
    """
    containers: Mapping[str, Document] = attempt.get("containers", {})
    if "ecsProperties" in job:
        tasks = [dict(each) for each in job["ecsProperties"]["taskProperties"]]
        tasks[0] |= _chosen(attempt, _TASK)
        tasks[0]["containers"] = _with(tasks[0]["containers"], containers)
        return {"ecsProperties": {"taskProperties": tasks}}
    if "eksProperties" in job:
        pod = {**job["eksProperties"]["podProperties"], **attempt.get("pod", {})}
        for group in ("containers", "initContainers"):
            if group in pod:
                pod[group] = _with(pod[group], containers)
        return {"eksProperties": {**job["eksProperties"], "podProperties": pod}}
    return {}


def attempts_of(job: Mapping[str, Any], attempts: list[Document]) -> Document:
    """Return the attempts of a job in the form for its kind.

    Args:
        job: The members of the job.
        attempts: What is kept of each attempt.
    """
    if "eksProperties" in job:
        return {"attempts": [], "eksAttempts": [_pod(job["eksProperties"], each) for each in attempts]}
    if "ecsProperties" in job:
        return {"attempts": [_task(each) for each in attempts]}
    return {"attempts": attempts}


def _task(attempt: Document) -> Document:
    details = attempt["container"]
    containers = [
        {"name": name, "networkInterfaces": [], **each}
        for name, each in details.get("containers", {}).items()
    ]
    return {
        **attempt,
        "container": {},
        "taskProperties": [{**_chosen(details, _TASK), "containers": containers}],
    }


def _pod(properties: Mapping[str, Any], attempt: Document) -> Document:
    details, pod = attempt["container"], properties["podProperties"]
    ended = details.get("containers", {})
    found: Document = {name: value for name, value in attempt.items() if name != "container"}
    for group in ("containers", "initContainers"):
        names = [each.get("name", "Default") for each in pod.get(group, ())]
        found[group] = [{"name": name, **_chosen(ended.get(name, {}), _EXIT)} for name in names]
    namespace = pod.get("metadata", {}).get("namespace", "default")
    return {**found, **details.get("pod", {}), "podNamespace": namespace}


def _with(containers: list[Document], ended: Mapping[str, Document]) -> list[Document]:
    return [{**each, **ended.get(each.get("name", "Default"), {})} for each in containers]


def _chosen(details: Mapping[str, Any], names: tuple[str, ...]) -> Document:
    return {name: details[name] for name in names if name in details}
