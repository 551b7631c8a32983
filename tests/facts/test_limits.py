"""The limits, compared with the API's own texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.facts import limits

if TYPE_CHECKING:
    from batch_constructs.facts.ranges import Range


def text(shapes: dict[str, Any], shape: str, member: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", shapes[shape]["members"][member]["documentation"]).replace(",", "")


@pytest.mark.parametrize(
    ("shape", "limit"),
    [
        ("JobExecutionTimeoutMinutes", limits.UPDATE_TIMEOUT_MINUTES),
        ("ClientRequestToken", limits.CLIENT_TOKEN_LENGTH),
    ],
)
def test_limits_of_the_model_are_the_models(batch_shapes: dict[str, Any], shape: str, limit: Range) -> None:
    """They equal the numbers in the API's model."""
    assert (limit.minimum, limit.maximum) == (batch_shapes[shape]["min"], batch_shapes[shape]["max"])


@pytest.mark.parametrize(
    ("shape", "member", "limit"),
    [
        ("RetryStrategy", "attempts", limits.RETRY_ATTEMPTS),
        ("SubmitJobRequest", "arrayProperties", limits.ARRAY_SIZE),
        ("JobTimeout", "attemptDurationSeconds", limits.ATTEMPT_DURATION_SECONDS),
        ("FairsharePolicy", "shareDecaySeconds", limits.SHARE_DECAY_SECONDS),
        ("FairsharePolicy", "computeReservation", limits.COMPUTE_RESERVATION),
        ("ShareAttributes", "weightFactor", limits.WEIGHT_FACTOR),
        ("EphemeralStorage", "sizeInGiB", limits.EPHEMERAL_STORAGE_GIB),
        ("JobStateTimeLimitAction", "maxTimeSeconds", limits.JOB_STATE_TIME_LIMIT_SECONDS),
        ("ComputeScalingPolicy", "minScaleDownDelayMinutes", limits.SCALE_DOWN_DELAY_MINUTES),
        ("LinuxParameters", "swappiness", limits.SWAPPINESS),
        ("EFSVolumeConfiguration", "transitEncryptionPort", limits.EFS_PORT),
        ("RegisterJobDefinitionRequest", "schedulingPriority", limits.SCHEDULING_PRIORITY),
    ],
)
def test_limits_of_the_text_stand_in_the_text(
    batch_shapes: dict[str, Any], shape: str, member: str, limit: Range
) -> None:
    """They occur in the API's text."""
    prose = text(batch_shapes, shape, member)
    ends = [
        f"{end:g}" if limit.whole else str(end) for end in (limit.minimum, limit.maximum) if end is not None
    ]
    assert all(re.search(rf"(?<![\d.]){re.escape(end)}(?!\d)", prose) for end in ends), prose


def test_the_guides_numbers_are_kept() -> None:
    """Numbers that only the guide has are repeated here."""
    assert limits.FARGATE_ATTEMPT_DURATION_SECONDS.maximum == 1_209_600
    assert limits.DEPENDENCIES.maximum == 20
    assert limits.EVALUATE_ON_EXIT.maximum == 5
    assert limits.USER_DATA_BYTES.maximum == 16_384
    assert (limits.TAGS.maximum, limits.TAG_VALUE_LENGTH.maximum) == (50, 256)
    assert (limits.NODE_RANGES.minimum, limits.NODE_RANGES.maximum) == (1, 5)
    assert (limits.QUEUE_PRIORITY.minimum, limits.QUEUE_PRIORITY.maximum) == (0, 1_000)
    assert (limits.FARGATE_SUBNETS.maximum, limits.FARGATE_SECURITY_GROUPS.maximum) == (16, 5)


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(0, True), (1, False), (19, False), (20, True), (10_081, False)]
)
def test_a_scale_down_delay_is_off_or_long(minutes: int, allowed: bool) -> None:
    """0 turns it off; otherwise it is at least 20 minutes."""
    assert limits.SCALE_DOWN_DELAY_MINUTES.contains(minutes) is allowed
