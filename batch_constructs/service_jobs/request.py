"""A training job of SageMaker as it is submitted, checked when created."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.facts import limits, patterns, quotas
from batch_constructs.facts.service_jobs import TRAINING_JOB_REQUIRED, may_match_sagemaker
from batch_constructs.facts.vocabulary import RetryAction, ServiceEnvironmentType
from batch_constructs.submissions.attributes import check_known_now
from batch_constructs.submissions.command_line import aws_cli_line
from batch_constructs.submissions.places import check_place, queue_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.interfaces.aws_batch import IJobQueueRef
    from jsii import Number

__all__ = ["ServiceJobRequest", "ServiceJobRetryRule"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobRetryRule:
    """A rule for a service job that failed with a reason.

    Attributes:
        action: Try again, or give up.
        on_status_reason: Up to 512 printable characters, with at most one ``*`` at each end. Reasons of SageMaker AI
            begin with ``Received status from SageMaker: ``, as in ``Received status from SageMaker:
            InternalServerError*``. A pattern that begins in another way, and not with ``*``, matches messages of AWS
            Batch only, and Python warns about it. (The API's text allows the ``*`` at the end only, the guide's page
            shows one at both ends.)

    Raises:
        ValueError: a limit is broken.

    Guide: Service job retry strategies (newer than the table of contents).
    """

    action: RetryAction
    on_status_reason: str

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("on_status_reason", self.on_status_reason, patterns.SERVICE_JOB_STATUS_REASON)
        problems.raise_if_any()
        reason = self.on_status_reason
        beginning = patterns.SERVICE_JOB_REASON_PREFIX
        if known(reason) and not may_match_sagemaker(reason, beginning):
            warnings.warn(
                f"on_status_reason {reason!r} matches no reason of SageMaker: its reasons begin with "
                f"{beginning!r}, write {beginning + reason!r} or {'*' + reason!r}",
                stacklevel=4,
            )


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceJobRequest:
    """A training job of SageMaker as ``SubmitServiceJob`` takes it.

    With names or ARNs, programs can submit it: ``boto3.client("batch").submit_service_job(**request.to_boto3())``.

    Attributes:
        job_name: Up to 128 letters, digits, ``-`` and ``_``, beginning with a letter or digit.
        job_queue: The name or ARN of a `SageMakerJobQueue`, or inside an app the queue itself, for `to_aws_cli`.
        training_job: The request of SageMaker's ``CreateTrainingJob``, as data; at most 10 KiB as JSON.
        attempts: How often it is tried, 1 to 10. By default once.
        evaluate_on_exit: Rules by the reason of a failure, at most 5; the first that matches counts. By default
            every failure is retried while attempts are left.
        timeout_seconds: The time after which an attempt is ended, at least 60 seconds. By default never.
        share_identifier: The fair share that the job uses. Required if the queue has a `FairSharePolicy`, else not
            allowed; by default none.
        quota_share_name: The quota share that the job uses. Required if the queue has a `QuotaSharePolicy`, else not
            allowed; by default none.
        preemption_retries: How often other jobs of its quota share may preempt it before it is ended, at least 0. By
            default without limit.
        scheduling_priority: 0 to 9999; within a share, higher goes first. By default none.
        tags: At most 50. By default none.

    Raises:
        ValueError: a limit is broken, or the training job lacks what SageMaker requires; all of it in one message.

    Guide: Submitting service jobs (newer than the table of contents).
    """

    job_name: str
    job_queue: str | IJobQueueRef
    training_job: Mapping[str, Any]
    attempts: Number | None = None
    evaluate_on_exit: Sequence[ServiceJobRetryRule] = ()
    timeout_seconds: Number | None = None
    share_identifier: str | None = None
    quota_share_name: str | None = None
    preemption_retries: Number | None = None
    scheduling_priority: Number | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = Problems()
        problems.matches("job_name", self.job_name, patterns.JOB_NAME)
        check_place(problems, "job_queue", self.job_queue)
        problems.within("attempts", self.attempts, limits.RETRY_ATTEMPTS)
        problems.within("the length of evaluate_on_exit", len(self.evaluate_on_exit), limits.EVALUATE_ON_EXIT)
        problems.check(
            not self.evaluate_on_exit or self.attempts is not None,
            "evaluate_on_exit needs attempts: without them nothing is tried again",
        )
        problems.within("timeout_seconds", self.timeout_seconds, limits.ATTEMPT_DURATION_SECONDS)
        problems.within("scheduling_priority", self.scheduling_priority, limits.SCHEDULING_PRIORITY)
        problems.matches("share_identifier", self.share_identifier, patterns.SHARE_IDENTIFIER)
        problems.matches("quota_share_name", self.quota_share_name, patterns.RESOURCE_NAME)
        problems.check(
            self.share_identifier is None or self.quota_share_name is None,
            f"share_identifier is for fair-share queues and quota_share_name for quota-share queues, got both: "
            f"{self.share_identifier!r} and {self.quota_share_name!r}",
        )
        problems.check(
            self.preemption_retries is None
            or not known(self.preemption_retries)
            or self.preemption_retries >= 0,
            f"preemption_retries must be at least 0, got {self.preemption_retries}",
        )
        problems.tags("tags", self.tags)
        self._check_training_job(problems)
        problems.raise_if_any()

    def _check_training_job(self, problems: Problems) -> None:
        missing = [name for name in TRAINING_JOB_REQUIRED if name not in self.training_job]
        problems.check(
            not missing,
            f"training_job must have the members that CreateTrainingJob requires, got no {', '.join(missing)}",
        )
        try:
            size = len(self._payload().encode())
        except (TypeError, ValueError) as error:
            problems.add(f"training_job must be data that JSON can hold, got {error}")
        else:
            most = int(quotas.SERVICE_PAYLOAD_BYTES.value)
            problems.check(
                size <= most, f"training_job must have at most {most:,} bytes as JSON, got {size:,}"
            )

    def _payload(self) -> str:
        return json.dumps(dict(self.training_job), separators=(",", ":"), allow_nan=False)

    def to_boto3(self) -> dict[str, Any]:
        """Return the arguments of ``submit_service_job``.

        Raises:
            ValueError: the request holds a construct or another value that exists only after a deploy.
        """
        problems, members = Problems(), self.members()
        check_known_now(problems, members)
        problems.raise_if_any()
        return members

    def members(self) -> dict[str, Any]:
        """Return the members of ``SubmitServiceJob``, with tokens for what exists only after a deploy."""
        retries = given(attempts=self.attempts, evaluateOnExit=self.evaluate_on_exit)
        return given(
            jobName=self.job_name,
            jobQueue=queue_text(self.job_queue),
            serviceJobType=ServiceEnvironmentType.SAGEMAKER_TRAINING,
            serviceRequestPayload=self._payload(),
            retryStrategy=retries,
            timeoutConfig=given(attemptDurationSeconds=self.timeout_seconds),
            shareIdentifier=self.share_identifier,
            quotaShareName=self.quota_share_name,
            preemptionConfiguration=given(preemptionRetriesBeforeTermination=self.preemption_retries),
            schedulingPriority=self.scheduling_priority,
            tags=self.tags,
        )

    def to_aws_cli(self, *, region: str | None = None) -> str:
        """Return the command ``aws batch submit-service-job …``, to be pasted into a shell.

        Args:
            region: The Region to submit in. By default that of the shell's configuration.
        """
        return aws_cli_line("submit-service-job", self.members(), region=region)
