"""The service quotas of AWS Batch, per account and Region. Guide: AWS Batch Service Limits.

AWS's page says that its quotas cannot be changed, but AWS has raised some for users. Exceeding one is a warning, never
an error, except for the sizes of requests, which the API itself refuses.
"""

from __future__ import annotations

from batch_constructs.facts.ranges import Quota
from batch_constructs.facts.sources import API, METAFLOW, guide

_LIMITS = guide("service_limits")

JOB_QUEUES = Quota(value=50, unit="job queues", source=_LIMITS, adjustable=True, rule="QUO-01")
COMPUTE_ENVIRONMENTS = Quota(
    value=50, unit="compute environments", source=_LIMITS, adjustable=True, rule="QUO-01"
)
# Users of aws-cdk and terraform had 6: terraform-provider-aws#20764, #21737.
ENVIRONMENTS_PER_QUEUE = Quota(
    value=3, unit="compute environments per job queue", source=_LIMITS, adjustable=True, rule="JQ-02"
)
JOB_DEFINITION_BYTES = Quota(value=24 * 1_024, unit="bytes per job definition", source=_LIMITS, rule="QUO-03")
SUBMIT_JOB_BYTES = Quota(value=30 * 1_024, unit="bytes per SubmitJob request", source=_LIMITS, rule="QUO-04")
SUBMITTED_JOBS = Quota(value=1_000_000, unit="jobs in SUBMITTED", source=_LIMITS)
SUBMIT_JOB_RATE = Quota(value=50, unit="SubmitJob calls per second", source=_LIMITS)
ACTIVE_SHARES_PER_QUEUE = Quota(value=500, unit="active share identifiers per job queue", source=API)
NODES = Quota(
    value=1_000, unit="nodes per job", source=guide("mnp-node-groups"), adjustable=True, rule="MNP-02"
)
# From a message of AWS Batch: Netflix/metaflow#1482.
CONTAINER_OVERRIDES_CHARACTERS = Quota(value=8_192, unit="characters of container overrides", source=METAFLOW)
FARGATE_VCPUS = Quota(value=6, unit="Fargate On-Demand vCPUs", source=API, adjustable=True, rule="FGT-10")
ENVIRONMENTS_PER_EKS_CLUSTER = Quota(
    value=5, unit="compute environments per EKS cluster", source=_LIMITS, rule="QUO-05"
)
CONSUMABLE_RESOURCES = Quota(value=50_000, unit="consumable resources", source=_LIMITS)
SERVICE_ENVIRONMENTS = Quota(value=50, unit="service environments", source=_LIMITS, rule="QUO-01")
QUOTA_SHARES_PER_QUEUE = Quota(
    value=20, unit="quota shares per job queue", source=guide("quota-shares"), rule="QS-26"
)
QUEUES_PER_SERVICE_ENVIRONMENT = Quota(
    value=1,
    unit="job queues per quota-managed service environment",
    source=guide("create-quota-management-resources"),
    rule="JQ-31",
)
SUBMIT_SERVICE_JOB_RATE = Quota(value=5, unit="SubmitServiceJob calls per second", source=_LIMITS)
SUBMIT_SERVICE_JOB_BYTES = Quota(
    value=30 * 1_024, unit="bytes per SubmitServiceJob request", source=_LIMITS, rule="SE-04"
)
SERVICE_PAYLOAD_BYTES = Quota(
    value=10 * 1_024, unit="bytes per service request payload", source=_LIMITS, rule="SE-04"
)
SERVICE_JOB_ATTEMPTS = Quota(value=10, unit="attempts of a service job", source=_LIMITS)
