"""Links of definitions on ECS: the right goes to the job's role, the variable into its containers."""

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
    """What definitions on ECS can be linked by."""

    cfn: batch.CfnJobDefinition

    _job_role_members: Sequence[str]
    """Where its job role stands in the resource's properties."""

    _containers_of_tasks: Sequence[Sequence[str]] = ()
    """The names of the containers of each task, where there are tasks."""

    _variables: Sequence[Variables]

    def use(
        self,
        resource: Linkable,
        *,
        access: Access | None = None,
        variable: str | None = None,
        containers: Sequence[str] | None = None,
    ) -> iam.Grant:
        """Give the jobs the right to use something, and a variable that names it.

        ``job.use(bucket)`` lets the job role read and write, and sets ``BUCKET_NAME``; the right to use a key of the
        bucket comes with it. The variable stands in the definition, so that a submission may still override it.

        Guide: Job Definition Parameters (``jobRoleArn``, ``environment``).

        Args:
            resource: A bucket, a table of DynamoDB, an SQS queue, a topic, a secret, a parameter of Systems Manager, a
                stream of Kinesis, an event bus, a function or a state machine: the CDK's L2, made or imported.
            access: What the jobs may do with it. By default they may read and write a bucket, table, queue or stream,
                read a secret or parameter, and send to or start the others.
            variable: The name of the variable. By default ``BUCKET_NAME``, ``TABLE_NAME``, ``QUEUE_URL``, ``TOPIC_ARN``,
                ``SECRET_ARN``, ``PARAMETER_NAME``, ``STREAM_NAME``, ``EVENT_BUS_NAME``, ``FUNCTION_NAME`` or
                ``STATE_MACHINE_ARN``.
            containers: The names of those among several containers that get the variable. The right is that of the
                job role, which they all share. By default all get it.

        Raises:
            ValueError: the thing is of another kind or takes no such access, or a container has a variable or a secret
                of that name.
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
        """Where the variables of each container stand, beside its job role or below its task."""
        places = []
        for index, member in enumerate(self._job_role_members):
            base, _, role = member.rpartition(".")
            names = self._containers_of_tasks[index] if role == "TaskRoleArn" else [""]
            places += [
                (name, f"{base}.Containers.{at}.Environment" if name else f"{base}.Environment")
                for at, name in enumerate(names)
            ]
        return [
            Variables(
                container=name,
                member=member,
                given=dict(each.environment or {}),
                secrets=frozenset(each.secrets or ()),
            )
            for each, (name, member) in zip(containers, places, strict=True)
        ]
