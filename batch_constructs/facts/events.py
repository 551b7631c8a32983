"""The events of AWS Batch, and jobs as their targets. Chapter: AWS Batch Event Stream."""

from __future__ import annotations

SOURCE = "aws.batch"

JOB_STATE_CHANGE = "Batch Job State Change"
"""One per transition, but none for the first SUBMITTED (EVT-02); at least once, in any order."""
QUEUE_BLOCKED = "Batch Job Queue Blocked"
SERVICE_QUEUE_BLOCKED = "Batch Service Job Queue Blocked"

API_CALL = "AWS API Call via CloudTrail"
API_EVENT_SOURCE = "batch.amazonaws.com"

CONTAINER_OVERRIDES = ("Command", "Environment", "InstanceType", "Memory", "ResourceRequirements", "Vcpus")
"""How an input transformer spells them: with capitals, unlike SubmitJob (EVT-04)."""
