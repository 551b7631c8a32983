"""What the scheduler sees of a submission."""

from __future__ import annotations

from batch_constructs.local.engine import Dependency, DependencyKind, ExitRule, Need, Work
from batch_constructs.local.jobs.submitting import work_of

NEEDS = [
    {"type": "VCPU", "value": "2"},
    {"type": "MEMORY", "value": "512"},
    {"type": "GPU", "value": "1"},
]


def test_every_member_that_concerns_the_scheduler_reaches_it() -> None:
    """Those of the definition, and those of the request."""
    rule = {"onExitCode": "1*", "onReason": "x*", "onStatusReason": "Host*", "action": "Retry"}
    token = {"consumableResource": "arn:aws:batch:us-east-1:123456789012:consumable-resource/token"}
    job = {
        "container": {"resourceRequirements": NEEDS},
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [rule]},
        "timeout": {"attemptDurationSeconds": 90},
        "schedulingPriority": 7,
        "consumableResourceProperties": {"consumableResourceList": [{**token, "quantity": 2}]},
        "platformCapabilities": ["FARGATE"],
    }
    request = {
        "arrayProperties": {"size": 5},
        "shareIdentifier": "blue",
        "dependsOn": [{"jobId": "a"}, {"jobId": "b", "type": "N_TO_N"}, {"type": "SEQUENTIAL"}],
    }
    assert work_of("id", "q", job, request) == Work(
        id="id",
        queue="q",
        need=Need(vcpus=2, memory=512, gpus=1),
        array_size=5,
        attempts=3,
        exit_rules=(ExitRule(retry=True, on_exit_code="1*", on_reason="x*", on_status_reason="Host*"),),
        timeout=90,
        share="blue",
        priority=7,
        depends_on=(
            Dependency(job_id="a"),
            Dependency(job_id="b", kind=DependencyKind.N_TO_N),
            Dependency(kind=DependencyKind.SEQUENTIAL),
        ),
        consumables=(("token", 2),),
        platform="FARGATE",
    )


def test_each_node_reserves_what_its_group_says() -> None:
    """The main node is the one that the definition names."""
    groups = [
        {"targetNodes": "0:0", "container": {"resourceRequirements": NEEDS}},
        {"targetNodes": "1:", "container": {"resourceRequirements": NEEDS[:2]}},
    ]
    nodes = {"numNodes": 3, "mainNode": 1, "nodeRangeProperties": groups}
    work = work_of("id", "q", {"nodeProperties": nodes, "platformCapabilities": ["EC2"]}, {})
    assert work.nodes == (Need(vcpus=2, memory=512, gpus=1), *[Need(vcpus=2, memory=512)] * 2)
    assert (work.main_node, work.array_size, work.attempts) == (1, 0, 1)
