"""Submissions: where jobs come from."""

from batch_constructs.submissions.request import ContainerOverrides, JobDependency, SubmitJobRequest
from batch_constructs.submissions.scheduled import ScheduledJob

__all__ = ["ContainerOverrides", "JobDependency", "ScheduledJob", "SubmitJobRequest"]
