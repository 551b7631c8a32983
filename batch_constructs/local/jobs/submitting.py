"""From a job's members to the work that the scheduler sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch_constructs.local.engine import Dependency, DependencyKind, ExitRule, Need, Work
from batch_constructs.local.jobs.merging import amount, containers_of, node_group

if TYPE_CHECKING:
    from collections.abc import Mapping


def work_of(job_id: str, queue: str, job: Mapping[str, Any], request: Mapping[str, Any]) -> Work:
    """Return the work of a job.

    Args:
        job_id: The job's id.
        queue: The name of its queue.
        job: Its members, as `merged` gives them.
        request: The members of SubmitJob.
    """
    retry = job.get("retryStrategy", {})
    multi_node = "nodeProperties" in job
    count = job["nodeProperties"]["numNodes"] if multi_node else 0
    return Work(
        id=job_id,
        queue=queue,
        need=Need() if multi_node else need_of(job),
        nodes=tuple(need_of(node_group(job, node)) for node in range(count)),
        main_node=job["nodeProperties"]["mainNode"] if multi_node else 0,
        array_size=request.get("arrayProperties", {}).get("size", 0),
        attempts=retry.get("attempts", 1),
        exit_rules=tuple(_exit_rule(each) for each in retry.get("evaluateOnExit", ())),
        timeout=job.get("timeout", {}).get("attemptDurationSeconds"),
        share=request.get("shareIdentifier", ""),
        priority=job.get("schedulingPriority", 0),
        depends_on=tuple(_dependency(each) for each in request.get("dependsOn", ())),
        consumables=tuple(
            (each["consumableResource"].rpartition("/")[2], each["quantity"])
            for each in job.get("consumableResourceProperties", {}).get("consumableResourceList", ())
        ),
        platform="EKS" if "eksProperties" in job else job["platformCapabilities"][0],
    )


def need_of(job: Mapping[str, Any]) -> Need:
    """Return what the containers of a job or of a node reserve together."""
    if "container" not in job and "ecsProperties" not in job and "eksProperties" not in job:
        return Need()
    containers = [each for each in containers_of(job) if not each.get("init")]
    return Need(
        vcpus=sum(amount(each, "VCPU") for each in containers),
        memory=int(sum(amount(each, "MEMORY") for each in containers)),
        gpus=int(sum(amount(each, "GPU") for each in containers)),
    )


def _exit_rule(rule: Mapping[str, str]) -> ExitRule:
    return ExitRule(
        retry=rule["action"].upper() == "RETRY",
        on_exit_code=rule.get("onExitCode"),
        on_reason=rule.get("onReason"),
        on_status_reason=rule.get("onStatusReason"),
    )


def _dependency(entry: Mapping[str, str]) -> Dependency:
    """Return a dependency; SEQUENTIAL together with a job id means that whole job."""
    job_id, kind = entry.get("jobId", ""), DependencyKind(entry.get("type", ""))
    return Dependency(job_id=job_id, kind=DependencyKind.ALL if job_id and kind == "SEQUENTIAL" else kind)
