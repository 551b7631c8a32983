"""Documents for the AWS CLI, generated: whatever the guide's templates have room for and AWS takes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Documents = st.SearchStrategy[dict[str, Any]]

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)
ACCOUNT = "arn:aws:batch:eu-west-1:123456789012"
STATES = st.sampled_from(["ENABLED", "DISABLED"])
# Letters that JSON, the jsii border and the templates all leave as they are.
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="${}#"), max_size=20)
TAGS = st.dictionaries(st.from_regex(r"[a-z][a-z.:/ -]{0,20}", fullmatch=True), TEXT, max_size=3).filter(
    lambda tags: not any(key.startswith("aws:") for key in tags)
)


def some(required: dict[str, Any], optional: dict[str, Any]) -> Documents:
    """Objects with the required members, and any of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


def _numbered(names: list[str], orders: list[int], member: str) -> list[dict[str, Any]]:
    return [{"order": order, member: name} for name, order in zip(names, orders, strict=True)]


@st.composite
def environment_orders(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to three environments, by name or ARN, numbered in whatever way and order."""
    count = draw(st.integers(1, 3))
    names = draw(st.lists(NAMES, min_size=count, max_size=count, unique=True))
    orders = draw(st.lists(st.integers(0, 100), min_size=count, max_size=count, unique=True))
    by_arn = draw(st.booleans())
    return _numbered(
        [f"{ACCOUNT}:compute-environment/{name}" if by_arn else name for name in names],
        orders,
        "computeEnvironment",
    )


def time_limits(action: str, reasons: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Time limits with documented reasons and others, each reason once."""
    limits = some(
        {
            "reason": st.sampled_from([*reasons, "SOMETHING:NEWER"]),
            "state": st.just("RUNNABLE"),
            "maxTimeSeconds": st.integers(600, 86_400),
            "action": st.just(action),
        },
        {},
    )
    return st.lists(limits, max_size=3, unique_by=lambda each: each["reason"])


_COMPUTE = [
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
]
_SERVICE = ["MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"]
_QUEUE: dict[str, Any] = {"jobQueueName": NAMES, "priority": st.integers(0, 1000)}
_QUEUE_OPTIONS: dict[str, Any] = {
    "state": STATES,
    "schedulingPolicyArn": NAMES.map(lambda name: f"{ACCOUNT}:scheduling-policy/{name}"),
    "tags": TAGS,
}

JOB_QUEUES = some(
    {**_QUEUE, "computeEnvironmentOrder": environment_orders()},
    {**_QUEUE_OPTIONS, "jobStateTimeLimitActions": time_limits("CANCEL", _COMPUTE)},
)

SAGEMAKER_QUEUES = some(
    {
        **_QUEUE,
        "jobQueueType": st.just("SAGEMAKER_TRAINING"),
        "serviceEnvironmentOrder": NAMES.map(lambda name: [{"order": 1, "serviceEnvironment": name}]),
    },
    {**_QUEUE_OPTIONS, "jobStateTimeLimitActions": time_limits("TERMINATE", _SERVICE)},
)

# Of one length none is the beginning of another.
IDENTIFIERS = st.from_regex(r"[a-z]{3}[0-9A-Z]{2}\*?", fullmatch=True)
SHARES = st.lists(
    some({"shareIdentifier": IDENTIFIERS}, {"weightFactor": st.floats(0.0001, 999.9999)}),
    max_size=4,
    unique_by=lambda share: share["shareIdentifier"].rstrip("*"),
)

FAIR_SHARE = some(
    {},
    {
        "shareDecaySeconds": st.integers(0, 604_800),
        "computeReservation": st.integers(0, 99),
        "shareDistribution": SHARES,
    },
)

# A policy without a word is one of fair share.
FAIR_SHARE_POLICIES = some({"name": NAMES}, {"fairsharePolicy": FAIR_SHARE, "tags": TAGS})

QUOTA_SHARE_POLICIES = some(
    {"name": NAMES, "quotaSharePolicy": st.just({"idleResourceAssignmentStrategy": "FIFO"})},
    {"tags": TAGS},
)

CAPACITY_LIMITS = st.lists(
    some(
        {
            "capacityUnit": st.sampled_from(["ml.g6.12xlarge", "ml.p5.48xlarge", "ml.m5.large"]),
            "maxCapacity": st.integers(1, 1000),
        },
        {},
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda limit: limit["capacityUnit"],
)

SERVICE_ENVIRONMENTS = some(
    {
        "serviceEnvironmentName": NAMES,
        "serviceEnvironmentType": st.just("SAGEMAKER_TRAINING"),
        "capacityLimits": CAPACITY_LIMITS
        | st.integers(1, 100).map(lambda most: [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": most}]),
    },
    {"state": STATES, "tags": TAGS},
)

QUOTA_SHARES = some(
    {
        "quotaShareName": NAMES,
        "jobQueue": NAMES,
        "capacityLimits": CAPACITY_LIMITS,
        "resourceSharingConfiguration": st.sampled_from(
            [{"strategy": "RESERVE"}, {"strategy": "LEND"}, {"strategy": "LEND_AND_BORROW"}]
        )
        | st.integers(-1, 500).map(lambda limit: {"strategy": "LEND_AND_BORROW", "borrowLimit": limit}),
        "preemptionConfiguration": STATES.map(lambda state: {"inSharePreemption": state}),
    },
    {"state": STATES, "tags": TAGS},
)

CONSUMABLE_RESOURCES = some(
    {"consumableResourceName": NAMES},
    {
        "totalQuantity": st.integers(0, 10**9),
        "resourceType": st.sampled_from(["REPLENISHABLE", "NON_REPLENISHABLE"]),
        "tags": TAGS,
    },
)
