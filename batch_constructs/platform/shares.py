"""The grants for teams that share the queues of a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef

    from batch_constructs.job_queues.queues import JobQueue

__all__ = ["SharedQueues"]


class SharedQueues:
    """Queues with shares, and the grants for them."""

    queues: Mapping[str, JobQueue]

    def grant_share(
        self,
        share_identifier: str,
        grantee: iam.IGrantable,
        *job_definitions: IJobDefinitionRef,
        tagged: bool = False,
    ) -> iam.Grant:
        """Allow submitting jobs of these definitions in one share, to every queue that has shares.

        ``platform.grant_share("smith", role, align)``. For a single queue, use ``queue.grant_submit_job``.

        Args:
            share_identifier: The share; may end in ``*``.
            grantee: A role, a function, a user: who submits.
            job_definitions: At least one; ours, the L2's, an L1 or an imported one.
            tagged: Whether jobs may be submitted with tags. By default a submission with tags is denied.

        Raises:
            ValueError: no queue has shares, or the grant would be refused by ``queue.grant_submit_job``.

        Guide: Example Policies (the ``batch:ShareIdentifier`` condition key).
        """
        shared = [each for each in self.queues.values() if each.cfn.scheduling_policy_arn is not None]
        if not shared:
            raise ValueError(
                'grant_share needs a queue with shares, got none: give PlatformQueue("…", shares=[…]), or call '
                "queue.grant_submit_job"
            )
        first, *others = (
            queue.grant_submit_job(
                grantee, *job_definitions, share_identifiers=[share_identifier], tagged=tagged
            )
            for queue in shared
        )
        for grant in others:
            first = first.combine(grant)
        return first
