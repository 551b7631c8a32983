"""The values that describe a platform: pools of capacity, each with its queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.capacity import check_instance_types
from batch_constructs.compute_environments.gpu import check_gpus
from batch_constructs.facts import limits, patterns
from batch_constructs.launch_templates.storage import check_disks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk.interfaces.aws_batch import IComputeEnvironmentRef
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from jsii import Number

    from batch_constructs.job_queues.queues import JobStateTimeLimit
    from batch_constructs.launch_templates.aws_cli import AwsCli
    from batch_constructs.launch_templates.mounts import Mount
    from batch_constructs.launch_templates.storage import Storage
    from batch_constructs.scheduling.policies import Share

__all__ = ["CpuPool", "FargatePool", "GpuPool", "OwnPool", "PlatformQueue", "Pool", "queue_plans"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformQueue:
    """A queue of a pool with options beyond its name.

    Attributes:
        name: Its name in the code, ``platform.queues["urgent"]``: 1 to 128 letters, digits, ``-`` and ``_``. CloudFormation
            makes the queue's real name.
        spot: Whether its jobs may run on Spot capacity of the pool; by default yes. ``False`` for jobs that must not
            be interrupted.
        shares: The shares of a fair-share queue with a weight of their own; all jobs must name a share. ``()`` for equal
            weights. By default first in, first out; such a queue can never become a fair-share queue.
        share_decay: With ``shares`` only: how long past use counts, up to one week. By default only current use does.
        compute_reservation: With ``shares`` only: percent of the capacity kept for shares that are not active yet, 0
            to 99. By default none.
        job_state_time_limits: When a job that blocks the queue is cancelled. By default after an hour, if it can never
            run. ``()`` for never.

    Raises:
        ValueError: a name of another form, or an argument that needs ``shares`` without them.

    Guide: Creating a Job Queue; Job Scheduling.
    """

    name: str
    spot: bool = True
    shares: Sequence[Share] | None = None
    share_decay: Duration | None = None
    compute_reservation: Number | None = None
    job_state_time_limits: Sequence[JobStateTimeLimit] | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        _check_name(problems, "the name of a queue", self.name)
        problems.check(
            self.shares is not None or (self.share_decay is None and self.compute_reservation is None),
            "share_decay and compute_reservation need shares, got none: give shares=() for equal weights",
        )
        problems.within("compute_reservation", self.compute_reservation, limits.COMPUTE_RESERVATION)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class CpuPool:
    """Instances for jobs without GPUs: Spot first, on demand when Spot is at its limit or AWS has no Spot capacity.

    A pool has one architecture. For Arm, use ``CpuPool(name="arm", instance_types=["default_arm64"])``.

    Attributes:
        name: Its name in the code, by default ``platform.pools["cpu"]``, and that of its queue unless ``queues`` is given.
        queues: Names of its queues, the most urgent first; a `PlatformQueue` for options beyond a name. By default one, with the name
            of the pool.
        instance_types: Types, families or bundles, all of one architecture; the more, the fewer interruptions. By
            default ``default_x86_64``: m6i, c6i, r6i and c7i.
        spot_max_vcpus: vCPUs to which it grows at Spot prices, from 0 for no Spot; by default 256.
        on_demand_max_vcpus: vCPUs to which it grows beyond that at full price, from 0 for Spot only; by default 64.
        storage: Disks of each instance in addition to the root volume, and swap. By default none.
        mounts: Network file systems of each instance by mount path, such as ``{"/data": EfsMount(file_system=…)}``,
            with ports and rights; a job sees it by ``mounts={"/data": Host("/data")}``. By default nothing.
        aws_cli: The AWS CLI on the instances, which Nextflow wants there. By default none.
        launch_template: The launch template of the instances. By default one of its own with 100 GiB of encrypted
            gp3, and IMDSv2.

    Raises:
        ValueError: a name of another form or given twice, no capacity at all, a queue without Spot in a pool with
            nothing else, or ``storage``, ``mounts`` or ``aws_cli`` together with ``launch_template``.

    Guide: Creating a Compute Environment; Allocation Strategies.
    """

    name: str = "cpu"
    queues: Sequence[str | PlatformQueue] = ()
    instance_types: Sequence[str] = ("default_x86_64",)
    spot_max_vcpus: Number = 256
    on_demand_max_vcpus: Number = 64
    storage: Storage | None = None
    mounts: Mapping[str, Mount] | None = None
    aws_cli: AwsCli | None = None
    launch_template: ILaunchTemplateRef | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        _check_names(problems, self.name, self.queues)
        _check_sizes(problems, self)
        _check_instances(problems, self, gpus=False)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class GpuPool:
    """Instances with GPUs of NVIDIA only; do not send jobs without GPUs there, since they would waste the GPUs.

    Attributes:
        name: Its name in the code, by default ``platform.pools["gpu"]``, and that of its queue unless ``queues`` is given.
        queues: Names of its queues, the most urgent first; a `PlatformQueue` for options beyond a name. By default one, with the name
            of the pool.
        instance_types: Types or families with GPUs of NVIDIA on x86_64, such as ``["g6", "g5"]``.
        spot_max_vcpus: vCPUs to which it grows at Spot prices, from 0 for no Spot; by default 256.
        on_demand_max_vcpus: vCPUs to which it grows beyond that at full price, from 0 for Spot only; by default 64.
            The quotas of an account for GPUs often begin at 0.
        storage: Disks of each instance in addition to the root volume, and swap. By default none.
        mounts: Network file systems of each instance by mount path, such as ``{"/data": EfsMount(file_system=…)}``,
            with ports and rights; a job sees it by ``mounts={"/data": Host("/data")}``. By default nothing.
        aws_cli: The AWS CLI on the instances, which Nextflow wants there. By default none.
        launch_template: The launch template of the instances. By default one of its own with 100 GiB of encrypted
            gp3, and IMDSv2.

    Raises:
        ValueError: as for `CpuPool`.

    Guide: GPU Jobs.
    """

    name: str = "gpu"
    queues: Sequence[str | PlatformQueue] = ()
    instance_types: Sequence[str]
    spot_max_vcpus: Number = 256
    on_demand_max_vcpus: Number = 64
    storage: Storage | None = None
    mounts: Mapping[str, Mount] | None = None
    aws_cli: AwsCli | None = None
    launch_template: ILaunchTemplateRef | None = None

    def __post_init__(self) -> None:
        problems = Problems()
        _check_names(problems, self.name, self.queues)
        _check_sizes(problems, self)
        _check_instances(problems, self, gpus=True)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class FargatePool:
    """Fargate, for jobs that should start within a minute, without instances to patch.

    Attributes:
        name: Its name in the code, by default ``platform.pools["fargate"]``, and that of its queue unless ``queues`` is
            given.
        queues: Names of its queues, the most urgent first; a `PlatformQueue` for options beyond a name. By default one, with the name
            of the pool.
        spot_max_vcpus: vCPUs to which it grows on Fargate Spot, from 0 for no Spot, as by default. It is tried first
            and runs x86 Linux only.
        on_demand_max_vcpus: vCPUs to which it grows at full price, from 0 for Spot only; by default 256.

    Raises:
        ValueError: as for `CpuPool`.

    Guide: Compute Environments (AWS Fargate).
    """

    name: str = "fargate"
    queues: Sequence[str | PlatformQueue] = ()
    spot_max_vcpus: Number = 0
    on_demand_max_vcpus: Number = 256

    def __post_init__(self) -> None:
        problems = Problems()
        _check_names(problems, self.name, self.queues)
        _check_sizes(problems, self)
        problems.raise_if_any()


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPool:
    """Environments that you make or import, of one kind and one architecture, with queues of the platform.

    Use it for anything that the other pools have no option for: EFA, reserved capacity, your own images, `BlueGreen`.

    Attributes:
        name: Its name in the code, and that of its queue unless ``queues`` is given.
        compute_environments: In the order in which they are tried: ours, the L2's, an L1 or an imported one. At least
            one; more than three need a raised quota.
        queues: Names of its queues, the most urgent first; a `PlatformQueue` for options beyond a name. By default one, with the name
            of the pool.

    Raises:
        ValueError: a name of another form or given twice, no environment, or a queue with ``spot=False``, since the
            platform does not know which environments are Spot.

    Guide: Creating a Job Queue.
    """

    name: str
    compute_environments: Sequence[IComputeEnvironmentRef]
    queues: Sequence[str | PlatformQueue] = ()

    def __post_init__(self) -> None:
        problems = Problems()
        _check_names(problems, self.name, self.queues)
        problems.check(
            len(self.compute_environments) > 0, "compute_environments must name at least one, got none"
        )
        problems.check(
            all(isinstance(each, str) or each.spot for each in self.queues),
            f"queues of the pool {self.name!r} take all its environments in their order, got one with spot=False: "
            "make a pool of those on demand",
        )
        problems.raise_if_any()


Pool: TypeAlias = CpuPool | GpuPool | FargatePool | OwnPool


def queue_plans(pool: Pool) -> list[PlatformQueue]:
    """Return the queues of a pool, the most urgent first."""
    return [
        PlatformQueue(name=each) if isinstance(each, str) else each for each in pool.queues or (pool.name,)
    ]


def _check_name(problems: Problems, what: str, name: str) -> None:
    """Add a problem for a name that is a token, or that AWS Batch would refuse."""
    problems.check(known(name), f"{what} must be literal, since it is the id of constructs")
    problems.matches(what, name, patterns.RESOURCE_NAME)


def _check_names(problems: Problems, name: str, queues: Sequence[str | PlatformQueue]) -> None:
    """Add a problem for each invalid or repeated name of a pool and its queues."""
    _check_name(problems, "the name of a pool", name)
    for each in queues:
        if isinstance(each, str):
            _check_name(problems, "the name of a queue", each)
    names = [each if isinstance(each, str) else each.name for each in queues]
    problems.check(len(set(names)) == len(names), f"queues must have different names, got {', '.join(names)}")


def _check_sizes(problems: Problems, pool: CpuPool | GpuPool | FargatePool) -> None:
    """Add a problem for a pool without capacity, for all its jobs or for those that must not be interrupted."""
    spot, on_demand = pool.spot_max_vcpus, pool.on_demand_max_vcpus
    problems.within("spot_max_vcpus", spot, limits.MIN_VCPUS)
    problems.within("on_demand_max_vcpus", on_demand, limits.MIN_VCPUS)
    problems.check(
        bool(spot or on_demand),
        f"the pool {pool.name!r} must have capacity, got spot_max_vcpus=0 and on_demand_max_vcpus=0",
    )
    uninterrupted = [each.name for each in pool.queues if not isinstance(each, str) and not each.spot]
    problems.check(
        bool(on_demand) or not uninterrupted,
        f"a queue with spot=False needs capacity on demand, got {', '.join(uninterrupted)} in the pool "
        f"{pool.name!r} with on_demand_max_vcpus=0",
    )


def _check_instances(problems: Problems, pool: CpuPool | GpuPool, *, gpus: bool) -> None:
    """Add a problem for each argument that the pool's environments would refuse."""
    parts = {"storage": pool.storage, "mounts": pool.mounts, "aws_cli": pool.aws_cli}
    given = [name for name, value in parts.items() if value]
    problems.check(
        pool.launch_template is None or not given,
        f"{' and '.join(given)} of the pool {pool.name!r} must be in its launch template, got launch_template as "
        "well: give it to BatchLaunchTemplate instead",
    )
    check_disks(problems, pool.storage, pool.mounts or {})
    check_instance_types(problems, pool.instance_types)
    if gpus:
        check_gpus(problems, pool.instance_types)
