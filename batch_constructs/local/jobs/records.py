"""The records of jobs, as DescribeJobs and ListJobs show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import State
from batch_constructs.local.jobs.details import attempts_of, details_of
from batch_constructs.local.jobs.merging import node_group

if TYPE_CHECKING:
    from batch_constructs.local.engine import Job

Document = dict[str, Any]

EMPTY_LISTS = (
    "command",
    "environment",
    "mountPoints",
    "resourceRequirements",
    "secrets",
    "ulimits",
    "volumes",
)
"""The lists of a container that AWS Batch shows even where they are empty."""


@dataclass(slots=True)
class ChildRecord:
    """The times and attempts of one child, or of a job that is no array. Times are milliseconds."""

    attempts: list[Document] = field(default_factory=list)
    started: int | None = None
    stopped: int | None = None
    reason: str = ""
    container: Document = field(default_factory=dict)
    """What the newest attempt adds to the container: exit code, log stream, task ARN."""
    nodes: dict[int, Document] = field(default_factory=dict)
    """The same for each node of a multi-node job."""
    streams: dict[str, list[str]] = field(default_factory=dict)
    """The log group and the log stream of each container of the newest attempt, by what its lines are called:
    the container's name where there are several, ``node N`` on nodes, and nothing for a single container."""
    canceled: bool = False
    terminated: bool = False


@dataclass(slots=True, eq=False)
class JobRecord:
    """A job with everything that callers see of it.

    Attributes:
        id: Its id.
        name: Its name.
        arn: Its ARN.
        queue_arn: The ARN of its queue.
        definition_arn: The ARN of its definition, with the revision.
        created: When it was submitted, in milliseconds.
        request: The members of SubmitJob.
        members: What its definition and its request decide together.
        job: The engine's part; set when it is submitted.
        children: What happened to each child; those to which nothing happened are missing.
        parent: What happened to the job as a whole.
    """

    id: str
    name: str
    arn: str
    queue_arn: str
    definition_arn: str
    created: int
    request: Document
    members: Document
    job: Job = field(init=False)
    children: dict[int, ChildRecord] = field(default_factory=dict)
    parent: ChildRecord = field(default_factory=ChildRecord)

    @property
    def is_array(self) -> bool:
        """Return whether the job is an array."""
        return bool(self.job.work.array_size)

    def child(self, index: int) -> ChildRecord:
        """Return what is kept of a child."""
        return self.children.setdefault(index, ChildRecord())

    def indexes(self) -> range:
        """Return the indexes of an array's children, or of a multi-node job's nodes."""
        return range(self.job.work.array_size or len(self.job.work.nodes))

    def describe(self, index: int | None = None) -> Document:
        """Return what DescribeJobs shows of the job, or of a child of an array."""
        record = self.parent if index is None and self.is_array else self.children.get(index or 0)
        record = record or ChildRecord()
        state = self.job.state if index is None else State(self.job.states[index])
        shown = {
            **self._static(index),
            "status": state.name,
            "createdAt": self.created,
            **attempts_of(self.members, record.attempts),
            "isCancelled": record.canceled,
            "isTerminated": record.terminated,
        }
        shown |= _times_and_reason(record)
        # AWS Batch names the log stream of an attempt when it reaches RUNNING.
        named = record.container if state is not State.STARTING else _without_streams(record.container)
        self._add_kind(shown, named, index)
        return shown

    def describe_node(self, node: int) -> Document:
        """Return what DescribeJobs shows of a node."""
        shown = self.describe()
        shown.pop("nodeProperties", None)
        shown["jobId"], shown["jobArn"] = f"{self.id}#{node}", f"{self.arn}#{node}"
        shown["nodeDetails"] = {"nodeIndex": node, "isMainNode": node == self.job.work.main_node}
        record = self.children.get(0) or ChildRecord()
        group, details = node_group(self.members, node), record.nodes.get(node, {})
        if "container" in group or not details.get("containers"):
            shown["container"] = {**group.get("container", {}), **details}
        return shown | details_of(group, details)

    def summary_of_node(self, node: int) -> Document:
        """Return what ListJobs shows of a node."""
        is_main = node == self.job.work.main_node
        nodes = {"numNodes": len(self.job.work.nodes), "nodeIndex": node, "isMainNode": is_main}
        return {
            **self.summary(),
            "jobId": f"{self.id}#{node}",
            "jobArn": f"{self.arn}#{node}",
            "nodeProperties": nodes,
        }

    def summary(self, index: int | None = None) -> Document:
        """Return what ListJobs shows of the job, or of a child of an array."""
        whole = self.describe(index)
        members = ("jobArn", "jobId", "jobName", "createdAt", "status", "jobDefinition", "shareIdentifier")
        optional = (
            "statusReason",
            "startedAt",
            "stoppedAt",
            "arrayProperties",
            "isCancelled",
            "isTerminated",
        )
        shown = {member: whole[member] for member in (*members, *optional) if member in whole}
        container = {
            name: whole.get("container", {})[name]
            for name in ("exitCode", "reason")
            if name in whole.get("container", {})
        }
        if container:
            shown["container"] = container
        if "nodeProperties" in whole:
            shown["nodeProperties"] = {"numNodes": whole["nodeProperties"]["numNodes"]}
        return shown

    def _static(self, index: int | None) -> Document:
        ending = "" if index is None else f":{index}"
        shown: Document = {
            "jobArn": f"{self.arn}{ending}",
            "jobId": f"{self.id}{ending}",
            "jobName": self.name,
            "jobQueue": self.queue_arn,
            "jobDefinition": self.definition_arn,
            "dependsOn": self.request.get("dependsOn", []),
            **self.members,
        }
        return shown

    def _add_kind(self, shown: Document, container: Document, index: int | None) -> None:
        if self.is_array and index is None:
            counts = {state.name: self.job.counts[state] for state in State}
            shown["arrayProperties"] = {"size": self.job.work.array_size, "statusSummary": counts}
            return
        if index is not None:
            shown["arrayProperties"] = {"size": self.job.work.array_size, "index": index}
        if "container" in shown:
            # The variables and mounts are lists in every answer, as clients expect.
            empty: Document = {name: [] for name in (*EMPTY_LISTS, "networkInterfaces")}
            shown["container"] = {**empty, **shown["container"], **container}
        shown |= details_of(shown, container)


def _without_streams(container: Document) -> Document:
    """Return what is shown of a container, or of several, without the names of log streams."""
    shown = {name: value for name, value in container.items() if name != "logStreamName"}
    if "containers" in shown:
        shown["containers"] = {name: _without_streams(each) for name, each in shown["containers"].items()}
    return shown


def _times_and_reason(record: ChildRecord) -> Document:
    pairs = {"startedAt": record.started, "stoppedAt": record.stopped, "statusReason": record.reason or None}
    return {name: value for name, value in pairs.items() if value is not None}
