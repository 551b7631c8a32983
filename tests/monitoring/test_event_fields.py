"""The JSON paths of event fields, on documented events."""

from __future__ import annotations

import pytest

from batch_constructs import ApiCallField, JobEventField, PreemptionEventField, ServiceJobEventField
from batch_constructs.local.events import transform
from tests.monitoring.samples import ALL, sample

KINDS = {
    JobEventField: "Batch Job State Change",
    ServiceJobEventField: "Batch Service Job State Change",
    PreemptionEventField: "Batch Service Job Preemption",
    ApiCallField: "AWS API Call via CloudTrail",
}
# The sample jobs have no share.
NOT_IN_SAMPLES = {JobEventField.SHARE_IDENTIFIER}


@pytest.mark.parametrize(
    "field", [field for fields in KINDS for field in fields if field not in NOT_IN_SAMPLES]
)
def test_a_path_leads_to_a_value(field: JobEventField) -> None:
    """Each path exists in at least one event."""
    events = [sample(name) for name in ALL if sample(name)["detail-type"].startswith(KINDS[type(field)])]
    transformer = {"InputPathsMap": {"value": field.value}, "InputTemplate": '"<value>"'}
    assert {transform(transformer, event) for event in events} != {'""'}
