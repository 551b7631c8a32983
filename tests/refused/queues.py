"""What AWS Batch refuses of job queues, policies, service environments and consumable resources."""

from __future__ import annotations

from tests.refused.bases import BASES, ELSEWHERE, LEFT_OUT, arn, table

_ORDER = "Queue.ComputeEnvironmentOrder"
_ACTIONS = "Queue.JobStateTimeLimitActions"
_LIMITS = "Se.CapacityLimits"
_SHARES = "Shares.FairsharePolicy.ShareDistribution"
_LIMIT = BASES["queue"]["Queue"]["Properties"]["JobStateTimeLimitActions"][0]

QUEUES = table(
    {
        "batch-queue-order-required": ("queue", {_ORDER: []}, "JQ-02"),
        "batch-jq-ce-arn-region": (
            "queue",
            {f"{_ORDER}[0].ComputeEnvironment": arn("compute-environment", region=ELSEWHERE)},
            "JQ-11",
        ),
        "batch-jq-ce-mix-fargate-ec2": (
            "two in a queue",
            {"Other": BASES["fargate"]["Ce"]},
            "JQ-03",
        ),
        "batch-jq-ce-order-duplicate-ce": (
            "two in a queue",
            {f"{_ORDER}[1].ComputeEnvironment": {"Ref": "Ce"}},
            "JQ-02",
        ),
        "batch-jq-ce-order-duplicate-order": ("two in a queue", {f"{_ORDER}[1].Order": 1}, "JQ-02"),
        "batch-jq-ce-order-max": (
            "queue",
            {
                _ORDER: [
                    {"Order": n, "ComputeEnvironment": arn("compute-environment", f"ce{n}")}
                    for n in range(1, 5)
                ]
            },
            "JQ-02",
        ),
        "batch-jq-jstla-action-cancel-for-ecs": ("queue", {f"{_ACTIONS}[0].Action": "TERMINATE"}, "JQ-09"),
        "batch-jq-jstla-action-terminate-for-sagemaker": (
            "training queue",
            {f"{_ACTIONS}[0].Action": "CANCEL"},
            "JQ-09",
        ),
        "batch-jq-jstla-duplicate": ("queue", {f"{_ACTIONS}[1]": _LIMIT}, "JQ-09"),
        "batch-jq-name": ("queue", {"Queue.JobQueueName": "my jobs"}, "NAME-02"),
        "batch-jq-quota-share-policy-requires-sagemaker": (
            "shares",
            {"Shares": BASES["quotas"]["Shares"]},
            "JQ-13",
        ),
        "batch-jq-sagemaker-requires-service-env": (
            "training queue",
            {"Queue.ServiceEnvironmentOrder": LEFT_OUT},
            "JQ-02",
        ),
        "batch-jq-scheduling-policy-arn-region": (
            "queue",
            {"Queue.SchedulingPolicyArn": arn("scheduling-policy", region=ELSEWHERE)},
            "JQ-11",
        ),
        "batch-jq-scheduling-policy-arn-type": (
            "queue",
            {"Queue.SchedulingPolicyArn": arn("job-queue")},
            "JQ-06",
        ),
        "batch-jq-service-env-arn-region": (
            "training queue",
            {
                "Queue.ServiceEnvironmentOrder[0].ServiceEnvironment": arn(
                    "service-environment", region=ELSEWHERE
                )
            },
            "JQ-11",
        ),
        "batch-jq-service-env-order-single": (
            "training queue",
            {
                "Queue.ServiceEnvironmentOrder[1]": {
                    "Order": 2,
                    "ServiceEnvironment": arn("service-environment"),
                }
            },
            "JQ-08",
        ),
        "batch-jq-service-env-requires-sagemaker-type": (
            "training queue",
            {"Queue.JobQueueType": "ECS", f"{_ACTIONS}[0].Action": "CANCEL"},
            "JQ-08",
        ),
        "batch-jq-type-matches-ce-type": ("queue", {"Queue.JobQueueType": "EKS"}, "JQ-03"),
        "batch-cr-name": ("consumable", {"Licences.ConsumableResourceName": "my licences"}, "NAME-01"),
        "batch-cr-total-quantity-negative": ("consumable", {"Licences.TotalQuantity": -1}, "CR-01"),
        "batch-se-capacity-limits-empty": ("training queue", {_LIMITS: []}, "SE-02"),
        "batch-se-capacity-limits-max": (
            "training queue",
            {
                _LIMITS: [
                    {"MaxCapacity": 1, "CapacityUnit": f"ml.m5.{n}xlarge"} for n in (2, 4, 8, 12, 16, 24)
                ]
            },
            "SE-02",
        ),
        "batch-se-capacity-unit-mix": (
            "training queue",
            {f"{_LIMITS}[1]": {"MaxCapacity": 1, "CapacityUnit": "ml.m5.2xlarge"}},
            "SE-03",
        ),
        "batch-se-capacity-unit-value": ("training queue", {f"{_LIMITS}[0].CapacityUnit": "VCPUS"}, "SE-03"),
        "batch-se-max-capacity-min": ("training queue", {f"{_LIMITS}[0].MaxCapacity": 0}, "SE-02"),
        "batch-se-name": ("training queue", {"Se.ServiceEnvironmentName": "my trainings"}, "NAME-01"),
        "batch-sp-fairshare-quotashare-exclusive": (
            "quotas",
            {"Shares.FairsharePolicy": {"ShareDecaySeconds": 3600}},
            "SP-01",
        ),
        "batch-sp-name": ("shares", {"Shares.Name": "my shares"}, "NAME-01"),
        "batch-sp-quota-share-idle-strategy-value": (
            "quotas",
            {"Shares.QuotaSharePolicy.IdleResourceAssignmentStrategy": "LIFO"},
            "SP-01",
        ),
        "batch-sp-share-distribution-max": (
            "shares",
            {_SHARES: [{"ShareIdentifier": f"s{n}", "WeightFactor": 1} for n in range(501)]},
            "SP-04",
        ),
        "batch-sp-share-identifier-duplicate": ("shares", {f"{_SHARES}[1].ShareIdentifier": "one"}, "SP-04"),
        "batch-sp-share-identifier-overlap": ("shares", {f"{_SHARES}[1].ShareIdentifier": "o*"}, "SP-04"),
        "batch-sp-share-identifier-pattern": (
            "shares",
            {f"{_SHARES}[1].ShareIdentifier": "two.two"},
            "SP-08",
        ),
        "batch-sp-weight-factor-range": ("shares", {f"{_SHARES}[1].WeightFactor": 0}, "SP-05"),
    }
)
