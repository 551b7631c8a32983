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


def test_s26_a_job_waits_for_the_boot_of_its_host(rehearsed: Callable[..., Rehearsal]) -> None:
    """The look after 60 s launches an instance, which boots 150 s, and pulls and starts the container in 21 s."""
    assert rehearsed(ONE).queues[0].waits.max == pytest.approx(50 + 150 + 21)


def test_hosts_are_filled_before_others_are_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """Eight jobs of one vCPU need two hosts with four."""
    assert rehearsed(many(8)).environments[0].launched == 2


def test_s25_memory_decides_how_many_jobs_a_host_holds(rehearsed: Callable[..., Rehearsal]) -> None:
    """Of 8 GiB less than 8,192 MiB are for jobs, so two jobs of 4,096 MiB need two hosts."""
    job = resources()["Job"]["Properties"]["ContainerProperties"]
    job["ResourceRequirements"][1]["Value"] = "4096"
    found = resources(job={"ContainerProperties": job})
    assert rehearsed(many(2), found).environments[0].launched == 2


def test_s21_an_environment_has_at_most_one_instance_over_its_limit(
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


def test_s24_an_idle_host_ends_after_the_delay_of_its_environment(
    rehearsed: Callable[..., Rehearsal],
) -> None:
    """minScaleDownDelayMinutes 20 keeps a host for 20 minutes after its job, which shows in the idle part."""
    short = rehearsed(ONE).environments[0].vcpu_hours
    long = rehearsed(ONE, resources(environment={"ScalingPolicy": {"MinScaleDownDelayMinutes": 20}}))
    # 15 minutes more of four vCPUs, to the next look.
    assert long.environments[0].vcpu_hours - short == pytest.approx(4 * 15 / 60, abs=4 / 60)


def test_s22_the_cheapest_type_a_vcpu_is_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """m7i costs more a vCPU than c7i, so c7i is taken for jobs that fit both."""
    found = resources(environment={"InstanceTypes": ["m7i.xlarge", "c7i.xlarge"]})
    assert list(rehearsed(ONE, found).environments[0].types) == ["c7i.xlarge"]


def test_s22_an_ordered_strategy_takes_the_first_type(rehearsed: Callable[..., Rehearsal]) -> None:
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


def test_s26_fargate_has_no_hosts_and_starts_at_a_rate(rehearsed: Callable[..., Rehearsal]) -> None:
    """Each task starts after 45 s, 100 at once and then 20 a second: of 200 the last one waits 5 s longer."""
    found = resources()
    found["Pool"]["Properties"]["ComputeResources"] = {
        "Type": "FARGATE",
        "MaxvCpus": 256,
        "Subnets": ["subnet-1"],
        "SecurityGroupIds": ["sg-1"],
    }
    found["Job"]["Properties"]["PlatformCapabilities"] = ["FARGATE"]
    waits = rehearsed(many(200), found).queues[0].waits
    assert waits.max == pytest.approx(45 + 100 / 20)
    assert waits.p50 == pytest.approx(45)


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


def test_s21_best_fit_on_demand_stays_below_its_limit(rehearsed: Callable[..., Rehearsal]) -> None:
    """Only the other strategies may launch one instance more."""
    found = resources(environment={"MaxvCpus": 6, "AllocationStrategy": "BEST_FIT"})
    assert rehearsed(many(20), found).environments[0].peak_vcpus == 4


def test_s23_a_bundle_means_its_families(rehearsed: Callable[..., Rehearsal]) -> None:
    """default_x86_64 launches a type of m6i, c6i, r6i or c7i."""
    found = resources(environment={"InstanceTypes": ["default_x86_64"]})
    families = {name.partition(".")[0] for name in rehearsed(many(8), found).environments[0].types}
    assert families <= {"m6i", "c6i", "r6i", "c7i"}


def test_s24_the_delay_counts_from_a_job(rehearsed: Callable[..., Rehearsal]) -> None:
    """An instance that never ran a job ends without the delay: the environment is gone long before an hour."""
    found = resources(environment={"ScalingPolicy": {"MinScaleDownDelayMinutes": 60}})
    plan = (
        "submissions: [{definition: Job, at: 10}]\ndurations: {'*': 1}\n"
        "scenarios: [{invalid: {environment: Pool, from: 100, until: 400}}]"
    )
    ended = rehearsed(plan, found).samples
    # The job runs once the environment is valid again; its host stays for the hour after it.
    assert ended[-1].time > 400 + 3_600


def test_s28_spot_above_the_bid_is_not_launched(rehearsed: Callable[..., Rehearsal]) -> None:
    """bidPercentage 30 launches nothing while Spot costs 35 % of the On-Demand price."""
    found = resources(environment={"Type": "SPOT", "BidPercentage": 30})
    assert rehearsed(ONE + "spot_price: 35%", found).never_ran[0].number == 1
    assert rehearsed(ONE + "spot_price: 25%", found).never_ran == ()


def test_s36_short_jobs_cost_more_than_their_work(rehearsed: Callable[..., Rehearsal]) -> None:
    """The same hours of work in jobs of five seconds reserve more vCPU-hours than in jobs of five minutes."""
    short, long = (rehearsed(many(n, 3_000 // n * 10)).queues[0].vcpu_hours for n in (1_000, 100))
    assert short > 1.02 * long
