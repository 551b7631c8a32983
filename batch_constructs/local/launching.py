"""From an attempt to the containers that an executor runs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from batch_constructs.facts.limits import LOG_STREAM_NAME_LENGTH
from batch_constructs.facts.vocabulary import DEFAULT_LOG_GROUP
from batch_constructs.local.executors.base import Container
from batch_constructs.local.jobs.merging import amount, containers_of, node_group, substituted
from batch_constructs.local.jobs.variables import variables
from batch_constructs.local.mappings import Mappings
from batch_constructs.local.metadata import Metadata, container_metadata, task_metadata
from batch_constructs.local.plan.identities import ACCOUNT
from batch_constructs.local.tasks import Part, part_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from batch_constructs.local.engine import Attempt
    from batch_constructs.local.jobs.records import JobRecord
    from batch_constructs.local.logs import Logs


class Launcher:
    """Makes the containers of attempts.

    Attributes:
        endpoints: Variables that point jobs to the local Batch and to the endpoint for other services.
        mappings: The local values of secrets.
        metadata: What containers may ask about themselves.
    """

    def __init__(self, folder: Path, region: str, logs: Logs) -> None:
        self.endpoints: Mapping[str, str] = {}
        self.mappings = Mappings()
        self.metadata = Metadata()
        self._task_ids: dict[Attempt, str] = {}
        self._folder = folder
        self._region = region
        self._logs = logs

    def parts(self, attempt: Attempt, record: JobRecord) -> list[Part]:
        """Return the containers of an attempt, and note in the record where they log."""
        job = record.members if attempt.node is None else node_group(record.members, attempt.node)
        task_id = secrets.token_hex(16)
        found = []
        containers = containers_of(job)
        streams = {each["name"]: self._stream(record, each, task_id) for each in containers}
        self._note_streams(record, attempt, streams)
        self._note_task(
            record, attempt, job, task_id, {name: stream for name, (_, stream) in streams.items()}
        )
        for container in containers:
            group, stream = streams[container["name"]]
            made = self._container(attempt, container, record, task_id)
            found.append(Part(made, self._logs.writer(group, stream), **part_options(container)))
        if "eksProperties" not in job:
            self._tell_containers(attempt, found, streams, _definition_name(record), task_id)
        return found

    def forget(self, attempt: Attempt) -> None:
        """Forget the containers of an attempt that has ended."""
        self.metadata.forget(self._task_ids.pop(attempt, ""))

    def _tell_containers(
        self,
        attempt: Attempt,
        parts: list[Part],
        streams: Mapping[str, tuple[str, str]],
        family: str,
        task_id: str,
    ) -> None:
        """Let the containers of a task ask about themselves."""
        task_arn = self._task_arn(attempt, task_id)
        self._task_ids[attempt] = task_id
        found = []
        for each in (part.container for part in parts):
            group, stream = streams[each.name]
            log = {"awslogs-group": group, "awslogs-region": self._region, "awslogs-stream": stream}
            of = container_metadata(
                each.name,
                each.image,
                task_arn=task_arn,
                family=family,
                vcpus=each.vcpus,
                memory=each.memory,
                log=log,
            )
            found.append(of)
        fargate = attempt.environment.platform == "FARGATE"
        self.metadata.add(task_id, task_metadata(task_arn, family, fargate=fargate, containers=found))

    def _task_arn(self, attempt: Attempt, task_id: str) -> str:
        cluster = attempt.environment.cluster or attempt.environment.name
        return f"arn:aws:ecs:{self._region}:{ACCOUNT}:task/{cluster}/{task_id}"

    def _stream(self, record: JobRecord, container: Mapping[str, Any], task_id: str) -> tuple[str, str]:
        """Return the log group and the log stream of a container."""
        options = container.get("logConfiguration", {}).get("options", {})
        prefix = options.get("awslogs-stream-prefix") or _definition_name(record)[:LOG_STREAM_NAME_LENGTH]
        return options.get("awslogs-group", DEFAULT_LOG_GROUP), f"{prefix}/{container['name']}/{task_id}"

    def _secrets(self, container: Mapping[str, Any]) -> dict[str, str]:
        """Return the variables for those secrets of a container that have a local value."""
        found = {
            each["name"]: self.mappings.secret(each["valueFrom"]) for each in container.get("secrets", ())
        }
        return {name: value for name, value in found.items() if value is not None}

    def _container(
        self, attempt: Attempt, container: Mapping[str, Any], record: JobRecord, task_id: str
    ) -> Container:
        definition = _definition_name(record)
        endpoints = {**self.endpoints, **self.metadata.variables(task_id, container["name"])}
        environment = variables(attempt, container, region=self._region, endpoints=endpoints)
        return Container(
            id=f"{task_id}-{container['name']}",
            definition=definition,
            name=container["name"],
            image=container.get("image", ""),
            command=tuple(substituted(container.get("command", []), record.members["parameters"])),
            environment=environment | self._secrets(container),
            vcpus=amount(container, "VCPU"),
            memory=int(amount(container, "MEMORY")),
            gpus=int(amount(container, "GPU")),
            folder=self._folder / task_id,
            properties=container,
        )

    def _note_streams(
        self, record: JobRecord, attempt: Attempt, streams: Mapping[str, tuple[str, str]]
    ) -> None:
        """Write to the record where each container of the newest attempt logs."""
        child = record.child(attempt.index)
        if attempt.main:
            child.streams = {}
        node = "" if attempt.node is None else f"node {attempt.node}"
        for name, place in streams.items():
            label = f"{node} {name}".strip() if len(streams) > 1 else node
            child.streams[label] = list(place)

    def _note_task(
        self,
        record: JobRecord,
        attempt: Attempt,
        job: Mapping[str, Any],
        task_id: str,
        streams: dict[str, str],
    ) -> None:
        """Write to the record what DescribeJobs shows of a task or a pod."""
        cluster = attempt.environment.cluster or attempt.environment.name
        details: dict[str, Any] = {
            "taskArn": self._task_arn(attempt, task_id),
            "logStreamName": next(iter(streams.values())),
            "networkInterfaces": [],
        }
        if attempt.environment.platform != "FARGATE":
            details["containerInstanceArn"] = (
                f"arn:aws:ecs:{self._region}:{ACCOUNT}:container-instance/{cluster}/{attempt.host.id}"
            )
        child = record.child(attempt.index)
        if "ecsProperties" in job:
            details["containers"] = {name: {"logStreamName": stream} for name, stream in streams.items()}
        if "eksProperties" in job:
            details["containers"] = {name: {} for name in streams}
            details["pod"] = {"podName": f"aws-batch.{task_id}", "nodeName": attempt.host.id}
        if attempt.node is not None:
            child.nodes[attempt.node] = details
        if attempt.main:
            child.container = details


def _definition_name(record: JobRecord) -> str:
    return record.definition_arn.rpartition("/")[2].partition(":")[0]
