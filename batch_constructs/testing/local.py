"""Jobs of a stack that run in a test, on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.local.api import Server, call
from batch_constructs.local.executors import ProcessExecutor
from batch_constructs.local.plan import plan
from batch_constructs.local.session import open_session
from batch_constructs.testing.sources import templates_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aws_cdk import Stack, Stage
    from constructs import IConstruct

    from batch_constructs.local.engine import Assumptions
    from batch_constructs.local.events import Delivery
    from batch_constructs.local.executors import Executor
    from batch_constructs.local.jobs.records import JobRecord
    from batch_constructs.local.session import Session

__all__ = ["LocalJob", "LocalStack", "local_stack"]


class LocalJob:
    """A job that `LocalStack.submit` returns.

    Args:
        session: The local Batch.
        record: What is kept of the job.
    """

    def __init__(self, session: Session, record: JobRecord) -> None:
        self._session = session
        self._record = record

    @property
    def id(self) -> str:
        """The job's id."""
        return self._record.id

    @property
    def description(self) -> dict[str, Any]:
        """The job as DescribeJobs shows it."""
        return self._record.describe()

    @property
    def state(self) -> str:
        """The state, such as ``SUCCEEDED``."""
        return self._record.job.state.name

    @property
    def status_reason(self) -> str:
        """The status reason; empty if there is none."""
        return str(self.description.get("statusReason", ""))

    @property
    def exit_code(self) -> int | None:
        """The exit code of the last attempt; ``None`` if no container ended."""
        code: int | None = self._record.child(0).container.get("exitCode")
        return code

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """The attempts as DescribeJobs shows them, the first one first."""
        return list(self._record.child(0).attempts)

    @property
    def lines(self) -> list[str]:
        """The lines that the last attempt has written: child after child of an array, container after container."""
        return [line for _, line in self._session.batch.lines(self.id)]

    def lines_of(self, index: int) -> list[str]:
        """Return the lines that the last attempt of an array's child has written.

        Args:
            index: The index of the child, at least 0.
        """
        return [line for _, line in self._session.batch.lines(f"{self.id}:{index}")]

    def wait(self, timeout: float = 60) -> LocalJob:
        """Wait until the job has ended, and return it.

        Args:
            timeout: The seconds to wait, at least 0. By default 60.

        Raises:
            AssertionError: It has not ended by then. The message gives its state, and why it waits.
        """
        if not self._session.batch.wait(self.id, timeout):
            blocked = self._session.batch.engine.queue_of(self._record.job).blocked
            why = f", because {blocked}" if blocked else ""
            raise AssertionError(f"{self._record.name} is still {self.state} after {timeout:g} seconds{why}")
        return self


class LocalStack:
    """The queues and job definitions of a stack, ready for jobs on this machine; `local_stack` makes it.

    Args:
        session: The local Batch.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._server: Server | None = None

    @property
    def endpoint_url(self) -> str:
        """The address of the AWS Batch API, for code that a test calls and that uses boto3.

        Any credentials will do. The Region is that of the stack.
        """
        self._server = self._server or Server(self._session.batch)
        return self._server.url

    @property
    def alerts(self) -> list[Delivery]:
        """The deliveries of the stack's rules, each with the rule, the target, its recipients and the message."""
        return list(self._session.bus.deliveries)

    def submit(
        self,
        job_definition: IConstruct | str,
        job_queue: IConstruct | str | None = None,
        *,
        command: Sequence[str] | None = None,
        parameters: Mapping[str, str] | None = None,
        array_size: int | None = None,
        depends_on: Sequence[LocalJob] = (),
        share_identifier: str | None = None,
    ) -> LocalJob:
        """Submit a job, and return it at once.

        Args:
            job_definition: The definition, its name, or the end of its path.
            job_queue: The queue, likewise. By default the only one of the stack.
            command: A command that replaces the definition's. By default that of the definition.
            parameters: Values for the placeholders of the command. By default those of the definition.
            array_size: 2 to 10,000 children. By default it is a single job.
            depends_on: The jobs that must succeed first. By default none.
            share_identifier: The share, which a queue with a fair-share policy needs. By default none.

        Raises:
            ClientError: AWS Batch would refuse the job.
            UnknownNameError: There is no such definition or queue in the stack.
        """
        request: dict[str, Any] = {
            "jobName": self._session.definition(_called(job_definition)),
            "jobDefinition": self._session.definition(_called(job_definition)),
            "jobQueue": self._session.queue(_called(job_queue)),
            "parameters": dict(parameters or {}),
            "dependsOn": [{"jobId": each.id} for each in depends_on],
        }
        if command is not None:
            request["containerOverrides"] = {"command": list(command)}
        if array_size is not None:
            request["arrayProperties"] = {"size": array_size}
        if share_identifier is not None:
            request["shareIdentifier"] = share_identifier
        return self.submit_request(request)

    def close(self) -> None:
        """Stop all jobs."""
        if self._server:
            self._server.close()
        self._session.batch.close()

    def submit_request(self, request: Mapping[str, Any]) -> LocalJob:
        """Submit a job by the members of SubmitJob, such as ``SubmitJobRequest(…).to_boto3()``.

        Args:
            request: The members, with the names or ARNs of the queue and the definition.

        Raises:
            ClientError: AWS Batch would refuse the job.
        """
        job_id = call(self._session.batch, "SubmitJob", dict(request))["jobId"]
        return LocalJob(self._session, self._session.batch.jobs[job_id])


def local_stack(
    source: Stack | Stage | str | os.PathLike[str],
    folder: Path,
    *,
    executor: Executor | None = None,
    parameters: Mapping[str, str] | None = None,
    vcpus: float | None = None,
    memory: int | None = None,
    gpus: int = 0,
    attempt_seconds: float | None = None,
    assumptions: Assumptions | None = None,
) -> LocalStack:
    """Return the queues and job definitions of a stack, ready for jobs on this machine.

    Args:
        source: A stack, an app, or the path of a template or a ``cdk.out``.
        folder: Where logs and working folders are kept.
        executor: What runs the containers. By default processes of this machine.
        parameters: Values of the template's parameters. By default their defaults.
        vcpus: The vCPUs that jobs may reserve together, more than 0. By default those of this machine.
        memory: The memory in MiB that jobs may reserve together, at least 1. By default that of this machine.
        gpus: The GPUs that jobs may reserve together, at least 0. By default none, so jobs with GPUs stay RUNNABLE.
        attempt_seconds: A timeout that replaces those of all jobs, more than 0; it may be less than the 60 seconds that
            AWS Batch requires, so that a test need not wait for them. By default each job has its own.
        assumptions: What AWS does not document, such as ``Assumptions(children_in_order=False)``. By default the values
            of ``batch-constructs local assumptions``.

    Raises:
        UnresolvedError: A parameter of the template has no value.
        UnreadableInputError: There is no template at the path.
        ValueError: The stack belongs to no app.
    """
    planned = plan(templates_of(source), parameters=parameters)
    session = open_session(
        planned,
        executor or ProcessExecutor(),
        folder,
        vcpus=vcpus,
        memory=memory,
        gpus=gpus,
        assumptions=assumptions,
        attempt_seconds=attempt_seconds,
    )
    return LocalStack(session)


def _called(thing: IConstruct | str | None) -> str:
    """Return what a plan calls a construct: its path."""
    if thing is None or isinstance(thing, str):
        return thing or ""
    return str(thing.node.path)
