"""Generated documents for the AWS CLI: all legal members of the guide's templates."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Documents = st.SearchStrategy[dict[str, Any]]

NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)
ACCOUNT = "arn:aws:batch:eu-west-1:123456789012"
STATES = st.sampled_from(["ENABLED", "DISABLED"])
# Letters that JSON, jsii and the templates do not change.
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="${}#"), max_size=20)
TAGS = st.dictionaries(st.from_regex(r"[a-z][a-z.:/ -]{0,20}", fullmatch=True), TEXT, max_size=3).filter(
    lambda tags: not any(key.startswith("aws:") for key in tags)
)


def some(required: dict[str, Any], optional: dict[str, Any]) -> Documents:
    """Draw objects with the required members, and any of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


def _numbered(names: list[str], orders: list[int], member: str) -> list[dict[str, Any]]:
    return [{"order": order, member: name} for name, order in zip(names, orders, strict=True)]


@st.composite
def environment_orders(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw up to three environments, by name or ARN, with any numbers in any order."""
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
    """Draw time limits with documented reasons, each once, and a short one that only causes a warning (JQ-10)."""
    limits = some(
        {
            "reason": st.sampled_from([*reasons, "CAPACITY:INSUFFICIENT"]),
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

# With equal lengths, none is a prefix of another.
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

# An empty policy is a fair-share policy.
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

SUBNETS = st.lists(st.from_regex(r"subnet-[0-9a-f]{8}", fullmatch=True), min_size=1, max_size=3, unique=True)
GROUPS = st.lists(st.from_regex(r"sg-[0-9a-f]{8}", fullmatch=True), min_size=1, max_size=3, unique=True)
ROLES = NAMES.map(lambda name: f"arn:aws:iam::123456789012:role/service-role/{name[:64]}")
PROFILES = NAMES.map(lambda name: f"arn:aws:iam::123456789012:instance-profile/{name}") | NAMES
TEMPLATES = st.sampled_from(
    [
        {named: "lt-0123456789abcdef0", "version": version}
        for named in ("launchTemplateId", "launchTemplateName")
        for version in ("7", "$Latest")
    ]
)
_ENVIRONMENT: dict[str, Any] = {"computeEnvironmentName": NAMES, "type": st.just("MANAGED")}
_ENVIRONMENT_OPTIONS: dict[str, Any] = {"state": STATES, "tags": TAGS, "context": TEXT}


@st.composite
def instance_resources(draw: st.DrawFn, kind: str, strategies: list[str], types: list[str]) -> dict[str, Any]:
    """Draw the resources of an environment on instances: on demand or Spot, of these types."""
    maximum = draw(st.integers(1, 10_000))
    minimum = draw(st.integers(0, maximum))
    return draw(
        some(
            {
                "type": st.just(kind),
                "maxvCpus": st.just(maximum),
                "minvCpus": st.just(minimum),
                "subnets": SUBNETS,
                "securityGroupIds": GROUPS,
                "instanceTypes": st.lists(st.sampled_from(types), min_size=1, max_size=3, unique=True),
                "instanceRole": PROFILES,
                "allocationStrategy": st.sampled_from(strategies),
            },
            {
                "desiredvCpus": st.integers(minimum, maximum),
                "launchTemplate": TEMPLATES,
                "ec2KeyPair": NAMES,
                "placementGroup": NAMES,
                "tags": TAGS,
                "scalingPolicy": st.integers(20, 10_080).map(lambda most: {"minScaleDownDelayMinutes": most}),
                **({"bidPercentage": st.integers(1, 100)} if kind == "SPOT" else {}),
            },
        )
    )


def environments(resources: Documents, **more: Any) -> Documents:
    """Draw managed environments with these resources."""
    return some(
        {**_ENVIRONMENT, "computeResources": resources},
        {**_ENVIRONMENT_OPTIONS, **more},
    )


PLAIN = ["c7i", "m7i.large", "default_x86_64", "optimal"]
GPUS = ["g6", "p5.48xlarge", "g5.xlarge"]
ADAPTERS = ["c7i.48xlarge", "hpc7a.96xlarge"]
ON_DEMAND = ["BEST_FIT", "BEST_FIT_PROGRESSIVE"]
SPOT = ["SPOT_CAPACITY_OPTIMIZED", "SPOT_PRICE_CAPACITY_OPTIMIZED"]
_INSIGHTS = st.sampled_from([{"containerInsights": "ENHANCED"}, {"containerInsights": "DISABLED"}])

EC2_ENVIRONMENTS = environments(
    instance_resources("EC2", ON_DEMAND, PLAIN), ecsSettings=_INSIGHTS, serviceRole=ROLES
)
SPOT_ENVIRONMENTS = environments(
    instance_resources("SPOT", SPOT, PLAIN), ecsSettings=_INSIGHTS, serviceRole=ROLES
)
GPU_ENVIRONMENTS = environments(
    instance_resources("EC2", ON_DEMAND, GPUS) | instance_resources("SPOT", SPOT, GPUS)
)
EFA_ENVIRONMENTS = environments(instance_resources("EC2", ON_DEMAND, ADAPTERS))
FARGATE_ENVIRONMENTS = environments(
    some(
        {
            "type": st.sampled_from(["FARGATE", "FARGATE_SPOT"]),
            "maxvCpus": st.integers(1, 10_000),
            "subnets": SUBNETS,
            "securityGroupIds": GROUPS,
        },
        {},
    ),
    serviceRole=ROLES,
)
MANAGED_INSTANCES_ENVIRONMENTS = environments(
    some(
        {
            "type": st.just("ECS_MANAGED_INSTANCES"),
            "maxvCpus": st.integers(1, 10_000),
            "managedInstancesProvider": some(
                {
                    "infrastructureRoleArn": ROLES,
                    "instanceLaunchTemplate": some(
                        {
                            "ec2InstanceProfileArn": NAMES.map(
                                lambda name: f"arn:aws:iam::123456789012:instance-profile/{name}"
                            ),
                            "networkConfiguration": some({"subnets": SUBNETS, "securityGroups": GROUPS}, {}),
                        },
                        {
                            "capacityOptionType": st.sampled_from(["ON_DEMAND", "SPOT"]),
                            "instanceRequirements": st.just({"allowedInstanceTypes": ["c7i.*"]}),
                            "monitoring": st.sampled_from(["BASIC", "DETAILED"]),
                            "storageConfiguration": st.integers(1, 500).map(
                                lambda size: {"storageSizeGiB": size}
                            ),
                        },
                    ),
                },
                {
                    "infrastructureOptimization": st.integers(0, 3600).map(
                        lambda after: {"scaleInAfter": after}
                    )
                },
            ),
        },
        {},
    )
)
EKS_ENVIRONMENTS = some(
    {
        **_ENVIRONMENT,
        "eksConfiguration": some(
            {
                "eksClusterArn": st.just("arn:aws:eks:eu-west-1:123456789012:cluster/research"),
                "kubernetesNamespace": st.sampled_from(["jobs", "batch-1"]),
            },
            {
                "accessEntry": st.sampled_from(["ENABLED", "DISABLED", "INHERIT_FROM_CLUSTER"]).map(
                    lambda state: {"desiredState": state}
                )
            },
        ),
        "computeResources": (
            instance_resources("EC2", ["BEST_FIT_PROGRESSIVE"], PLAIN)
            | instance_resources("SPOT", SPOT, PLAIN)
        ).map(lambda resources: {name: each for name, each in resources.items() if name != "desiredvCpus"}),
    },
    _ENVIRONMENT_OPTIONS,
)
UNMANAGED_ENVIRONMENTS = some(
    {"computeEnvironmentName": NAMES, "type": st.just("UNMANAGED"), "serviceRole": ROLES},
    {"state": STATES, "unmanagedvCpus": st.integers(0, 10_000), "tags": TAGS},
)
