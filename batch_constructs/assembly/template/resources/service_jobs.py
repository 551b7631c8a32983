"""Service jobs, such as training jobs of SageMaker AI, with the members of SubmitServiceJob."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Integer, Keyword, Link, Struct, Structs, Text
from batch_constructs.assembly.template.resources.job_queues import JobQueue
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.views import View


class ServiceJobRetryRule(View):
    """A reason of a failure, and the action to take."""

    action = Keyword("Action")
    on_status_reason = Text("OnStatusReason")


class ServiceJobRetryStrategy(View):
    """The number of attempts and the retry rules of a service job."""

    attempts = Integer("Attempts")
    evaluate_on_exit = Structs("EvaluateOnExit", ServiceJobRetryRule)


class ServiceJobSubmission(View):
    """A service job that a schedule submits to a queue."""

    job_name = Text("JobName")
    queue_arn = Text("JobQueue")
    queue = Link("JobQueue", JobQueue)
    quota_share_name = Text("QuotaShareName")
    retry_strategy = Struct("RetryStrategy", ServiceJobRetryStrategy)
    role = Link("RoleArn", Role)
    service_job_type = Keyword("ServiceJobType")
    service_request_payload = Text("ServiceRequestPayload")
    share_identifier = Text("ShareIdentifier")
