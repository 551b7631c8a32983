"""The task metadata endpoint, version 4, that containers of Amazon ECS ask about themselves.

Source: Amazon ECS Developer Guide, "Amazon ECS task metadata endpoint version 4".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

PATH = "/metadata/"

Document = dict[str, Any]


@dataclass(slots=True)
class Metadata:
    """The answers to containers that run.

    Attributes:
        url: The URL of the server; empty while none listens.
    """

    url: str = ""
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _tasks: dict[str, Document] = field(default_factory=dict)

    def add(self, task_id: str, task: Document) -> None:
        """Answer for a task until it is forgotten.

        Args:
            task_id: Its id.
            task: What ``/task`` answers; the containers are found in it by their names.
        """
        self._tasks[task_id] = task

    def forget(self, task_id: str) -> None:
        """Answer no more for a task."""
        self._tasks.pop(task_id, None)

    def variables(self, task_id: str, name: str) -> dict[str, str]:
        """Return the variable that leads a container to its metadata; none while no server listens."""
        address = f"{self.url}{PATH}{self._secret}/v4/{task_id}/{name}"
        return {"ECS_CONTAINER_METADATA_URI_V4": address} if self.url else {}

    def answer(self, path: str) -> Document | None:
        """Return what a path answers: a container, or with ``/task`` at its end its task; ``None`` if unknown."""
        words = path.removeprefix(PATH).split("/")
        if len(words) not in {4, 5} or not secrets.compare_digest(words[0].encode(), self._secret.encode()):
            return None
        task = self._tasks.get(words[2], {})
        found = next((each for each in task.get("Containers", ()) if each["Name"] == words[3]), None)
        if len(words) == 5:
            return task if found and words[4] == "task" else None
        return found


def container_metadata(
    name: str, image: str, *, task_arn: str, family: str, vcpus: float, memory: int, log: Document
) -> Document:
    """Return the metadata of a container.

    Args:
        name: Its name.
        image: Its image.
        task_arn: The ARN of its task.
        family: The family of the task definition.
        vcpus: The vCPUs that it reserves.
        memory: The memory in MiB that it reserves.
        log: The options of the log driver.
    """
    cluster, task_id = task_arn.split("/")[-2:]
    prefix = task_arn.partition(":task/")[0]
    return {
        "DockerId": f"{task_id}-{name}",
        "Name": name,
        "DockerName": f"ecs-{family}-1-{name}",
        "Image": image,
        "Labels": {
            "com.amazonaws.ecs.cluster": cluster,
            "com.amazonaws.ecs.container-name": name,
            "com.amazonaws.ecs.task-arn": task_arn,
            "com.amazonaws.ecs.task-definition-family": family,
            "com.amazonaws.ecs.task-definition-version": "1",
        },
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": int(vcpus * 1024), "Memory": memory},
        "Type": "NORMAL",
        "LogDriver": "awslogs",
        "LogOptions": log,
        "ContainerARN": f"{prefix}:container/{cluster}/{task_id}/{name}",
        "Networks": [{"NetworkMode": "host", "IPv4Addresses": ["127.0.0.1"]}],
    }


def task_metadata(task_arn: str, family: str, *, fargate: bool, containers: list[Document]) -> Document:
    """Return the metadata of a task with its containers."""
    return {
        "Cluster": task_arn.split("/")[-2],
        "TaskARN": task_arn,
        "Family": family,
        "Revision": "1",
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {
            "CPU": sum(each["Limits"]["CPU"] for each in containers) / 1024,
            "Memory": sum(each["Limits"]["Memory"] for each in containers),
        },
        "AvailabilityZone": f"{task_arn.split(':')[3]}a",
        "LaunchType": "FARGATE" if fargate else "EC2",
        "Containers": containers,
    }
