"""Links of definitions on ECS: the job's role gets the right, its containers get the variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.job_definitions.links import Variables, link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_iam as iam

    from batch_constructs.job_definitions.container import Container
    from batch_constructs.job_definitions.links import Access, Linkable

__all__ = ["EcsLinks"]


class EcsLinks:
    """The method `use` of definitions on ECS."""

    cfn: batch.CfnJobDefinition

    _job_role_members: Sequence[str]
    """The paths of its job role in the resource's properties."""

    _containers_of_tasks: Sequence[Sequence[str]] = ()
    """The names of the containers of each task, if there are tasks."""

    _variables: Sequence[Variables]

    def use(
        self,
        resource: Linkable,
        *,
        access: Access | None = None,
        variable: str | None = None,
        containers: Sequence[str] | None = None,
    ) -> iam.Grant:
        """Give the jobs the right to use a resource, and a variable with its name.

        ``job.use(bucket)`` lets the job role read and write, and sets ``BUCKET_NAME``; it includes the right to use the
        bucket's key. The variable is in the definition, so a submission may still override it.

        Args:
            resource: A bucket, DynamoDB table, SQS queue, topic, secret, parameter of Systems Manager, Kinesis stream,
                event bus, function or state machine: the CDK's L2, made or imported.
            access: The access of the jobs. By default they may read and write a bucket, table, queue or stream, read a
                secret or parameter, and send to or start the others.
            variable: The name of the variable. By default ``BUCKET_NAME``, ``TABLE_NAME``, ``QUEUE_URL``,
                ``TOPIC_ARN``, ``SECRET_ARN``, ``PARAMETER_NAME``, ``STREAM_NAME``, ``EVENT_BUS_NAME``,
                ``FUNCTION_NAME`` or ``STATE_MACHINE_ARN``.
            containers: The names of the containers that get the variable, if there are several. They all share the
                right of the job role. By default all get it.

        Raises:
            ValueError: the resource is of another kind or has no such access, or a container has a variable or a secret
                of that name.

        Guide: Job Definition Parameters (``jobRoleArn``, ``environment``).
        """
        return link(
            self,  # type: ignore[arg-type] # definitions on ECS are grantable
            self.cfn,
            resource,
            self._variables,
            access=access,
            variable=variable,
            containers=containers,
        )

    def _variables_of(self, containers: Sequence[Container]) -> list[Variables]:
        """Return the variables of each container, with their path next to the job role or below the task."""
        paths = []
        for index, member in enumerate(self._job_role_members):
            base, _, role = member.rpartition(".")
            names = self._containers_of_tasks[index] if role == "TaskRoleArn" else [""]
            paths += [
                (name, f"{base}.Containers.{at}.Environment" if name else f"{base}.Environment")
                for at, name in enumerate(names)
            ]
        return [
            Variables(
                container=name,
                member=member,
                values=dict(each.environment or {}),
                secrets=frozenset(each.secrets or ()),
            )
            for each, (name, member) in zip(containers, paths, strict=True)
        ]
