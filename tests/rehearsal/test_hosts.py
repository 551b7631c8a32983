"""Hosts of a rehearsal: what is launched for the jobs, when it takes them, and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rehearsal.conftest import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from batch_constructs.rehearsal import Rehearsal

# Without it the first look would be at 0, before the first job.
ONE = "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 100}\n"


def many(number: int, length: int = 1_000) -> str:
    return f"submissions: [{{definition: Job, array: {number}, at: 10}}]\ndurations: {{'*': {length}}}\n"


def test_a_job_waits_for_the_boot_of_its_host(rehearsed: Callable[..., Rehearsal]) -> None:
    """The look after 60 s launches an instance, which boots 150 s, and pulls and starts the container in 21 s."""
    assert rehearsed(ONE).queues[0].waits.max == pytest.approx(50 + 150 + 21)


def test_hosts_are_filled_before_others_are_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """Eight jobs of one vCPU need two hosts with four."""
    assert rehearsed(many(8)).environments[0].launched == 2


def test_memory_decides_how_many_jobs_a_host_holds(rehearsed: Callable[..., Rehearsal]) -> None:
    """Of 8 GiB less than 8,192 MiB are for jobs, so two jobs of 4,096 MiB need two hosts."""
    job = resources()["Job"]["Properties"]["ContainerProperties"]
    job["ResourceRequirements"][1]["Value"] = "4096"
    found = resources(job={"ContainerProperties": job})
    assert rehearsed(many(2), found).environments[0].launched == 2


def test_the_environment_never_has_more_than_one_instance_over_its_limit(
    rehearsed: Callable[..., Rehearsal],
) -> None:
    """maxvCpus 6 with instances of 4 vCPUs allows two, and jobs reserve six vCPUs at most."""
    result = rehearsed(many(20), resources(environment={"MaxvCpus": 6}))
    used = max(sample.used[0] for sample in result.samples)
    assert (result.environments[0].peak_vcpus, used) == (8, 6)


def test_the_minimum_is_there_before_the_first_job(rehearsed: Callable[..., Rehearsal]) -> None:
    """With minvCpus a host is ready, so that a job that comes later only waits for its image."""
    plan = "submissions: [{definition: Job, at: 10m}]\ndurations: {'*': 100}"
    assert rehearsed(plan, resources(environment={"MinvCpus": 4})).queues[0].waits.max == pytest.approx(21)


def test_an_idle_host_ends_after_the_delay_of_its_environment(rehearsed: Callable[..., Rehearsal]) -> None:
    """minScaleDownDelayMinutes 20 keeps a host for 20 minutes after its job, which shows in the idle part."""
    short = rehearsed(ONE).environments[0].vcpu_hours
    long = rehearsed(ONE, resources(environment={"ScalingPolicy": {"MinScaleDownDelayMinutes": 20}}))
    # 15 minutes more of four vCPUs, to the next look.
    assert long.environments[0].vcpu_hours - short == pytest.approx(4 * 15 / 60, abs=4 / 60)


def test_the_cheapest_type_a_vcpu_is_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """m7i costs more a vCPU than c7i, so c7i is taken for jobs that fit both."""
    found = resources(environment={"InstanceTypes": ["m7i.xlarge", "c7i.xlarge"]})
    assert list(rehearsed(ONE, found).environments[0].types) == ["c7i.xlarge"]


def test_an_ordered_strategy_takes_the_first_type(rehearsed: Callable[..., Rehearsal]) -> None:
    """BEST_FIT_PROGRESSIVE_ORDERED follows the list, whatever it costs."""
    found = resources(
        environment={
            "InstanceTypes": ["m7i.xlarge", "c7i.xlarge"],
            "AllocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED",
        }
    )
    assert list(rehearsed(ONE, found).environments[0].types) == ["m7i.xlarge"]


def test_the_largest_size_that_jobs_fill_is_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """Of equally cheap sizes, 16 waiting vCPUs get one instance with 16."""
    found = resources(environment={"InstanceTypes": ["c7i"]})
    assert rehearsed(many(16), found).environments[0].types == {"c7i.4xlarge": 1}


def test_jobs_go_to_the_second_environment_when_the_first_is_full(
    rehearsed: Callable[..., Rehearsal],
) -> None:
    """The order of a queue decides: the overflow of the first goes to the next."""
    found = resources(environment={"MaxvCpus": 4})
    found["More"] = {**resources()["Pool"]}
    order = [{"Order": n, "ComputeEnvironment": {"Ref": name}} for n, name in enumerate(("Pool", "More"), 1)]
    found["Queue"]["Properties"]["ComputeEnvironmentOrder"] = order
    assert [each.launched for each in rehearsed(many(8), found).environments] == [1, 1]


def test_a_gpu_job_gets_a_host_with_gpus(rehearsed: Callable[..., Rehearsal]) -> None:
    """Types without a GPU are not launched for it."""
    found = resources(environment={"InstanceTypes": ["c7i.xlarge", "g5.xlarge"]})
    container = found["Job"]["Properties"]["ContainerProperties"]
    container["ResourceRequirements"].append({"Type": "GPU", "Value": "1"})
    assert rehearsed(ONE, found).environments[0].types == {"g5.xlarge": 1}


def test_each_node_of_a_multi_node_job_gets_a_host(rehearsed: Callable[..., Rehearsal]) -> None:
    """Four small nodes need four hosts, though one would have room for all."""
    found = resources()
    container = found["Job"]["Properties"].pop("ContainerProperties")
    found["Job"]["Properties"] |= {
        "Type": "multinode",
        "NodeProperties": {
            "MainNode": 0,
            "NumNodes": 4,
            "NodeRangeProperties": [{"TargetNodes": "0:", "Container": container}],
        },
    }
    result = rehearsed(ONE, found)
    assert (result.environments[0].launched, result.queues[0].succeeded) == (4, 1)


def test_fargate_has_no_hosts_and_starts_at_a_rate(rehearsed: Callable[..., Rehearsal]) -> None:
    """Each task starts after 45 s, 20 a second: of 100 the last one waits about 5 s longer."""
    found = resources()
    found["Pool"]["Properties"]["ComputeResources"] = {
        "Type": "FARGATE",
        "MaxvCpus": 256,
        "Subnets": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
    }
    found["Job"]["Properties"]["PlatformCapabilities"] = ["FARGATE"]
    waits = rehearsed(many(100), found).queues[0].waits
    assert waits.max - waits.p50 == pytest.approx(2.5, abs=0.1)
    assert waits.p50 == pytest.approx(47.5, abs=0.1)


def test_hosts_on_eks_keep_a_part_for_kubernetes(rehearsed: Callable[..., Rehearsal]) -> None:
    """A node with four vCPUs holds three pods of one vCPU, since the kubelet reserves some."""
    found = resources()
    found["Pool"]["Properties"]["EksConfiguration"] = {
        "EksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c",
        "KubernetesNamespace": "batch",
    }
    pod = {"Containers": [{"Image": "busybox", "Resources": {"Limits": {"cpu": "1", "memory": "512Mi"}}}]}
    found["Job"]["Properties"] = {"Type": "container", "EksProperties": {"PodProperties": pod}}
    assert rehearsed(many(8), found).environments[0].launched == 3


def test_nothing_is_launched_for_reserved_capacity(rehearsed: Callable[..., Rehearsal]) -> None:
    """With computeReservation 50 one share may use half of the vCPUs, so no more are launched for it."""
    found = resources(queue={"SchedulingPolicyArn": {"Ref": "Policy"}})
    policy = {"FairsharePolicy": {"ComputeReservation": 50}}
    found["Policy"] = {"Type": "AWS::Batch::SchedulingPolicy", "Properties": policy}
    plan = "submissions: [{definition: Job, array: 200, at: 10, share: a}]\ndurations: {'*': 1000}\n"
    assert rehearsed(plan, found).environments[0].peak_vcpus == 32
