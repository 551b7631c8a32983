"""The checks of a pool, at its creation: before any construct is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.capacity import Capacity
from batch_constructs.compute_environments.gpu import check_gpus
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.vocabulary import ResourceKind
from batch_constructs.launch_templates.places import check_disks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batch_constructs._border.problems import Problems
    from batch_constructs.platform.pools import CpuPool, FargatePool, GpuPool, PlatformQueue

__all__ = ["check_instances", "check_name", "check_names", "check_sizes"]


def check_name(problems: Problems, what: str, name: str) -> None:
    """Add a problem for a name that is a token, or that AWS Batch would refuse."""
    problems.check(known(name), f"{what} must be literal, since it is the id of constructs")
    problems.matches(what, name, patterns.RESOURCE_NAME)


def check_names(problems: Problems, name: str, queues: Sequence[str | PlatformQueue]) -> None:
    """Add a problem for each invalid or repeated name of a pool and its queues."""
    check_name(problems, "the name of a pool", name)
    for each in queues:
        if isinstance(each, str):
            check_name(problems, "the name of a queue", each)
    names = [each if isinstance(each, str) else each.name for each in queues]
    problems.check(len(set(names)) == len(names), f"queues must have different names, got {', '.join(names)}")


def check_sizes(problems: Problems, pool: CpuPool | GpuPool | FargatePool) -> None:
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


def check_instances(problems: Problems, pool: CpuPool | GpuPool, *, gpus: bool) -> None:
    """Add a problem for each argument that the pool's environments would refuse."""
    parts = {"storage": pool.storage, "mounts": pool.mounts, "aws_cli": pool.aws_cli}
    given = [name for name, value in parts.items() if value]
    problems.check(
        pool.launch_template is None or not given,
        f"{' and '.join(given)} of the pool {pool.name!r} must be in its launch template, got launch_template as "
        "well: give it to BatchLaunchTemplate instead",
    )
    check_disks(problems, pool.storage, pool.mounts or {})
    capacity = Capacity(
        kind=ResourceKind.EC2,
        instance_types=pool.instance_types,
        min_vcpus=0,
        max_vcpus=1,
        scale_down_delay=None,
        allocation_strategy=AllocationStrategy.BEST_FIT_PROGRESSIVE,
        bid_percentage=None,
        image_types=None,
        image_ids=None,
        launch_template_overrides=(),
        instance_tags=None,
        container_insights=None,
        update_policy=None,
        update_to_latest_image_version=None,
        replace_compute_environment=False,
        enabled=True,
        compute_environment_name=None,
        context=None,
        has_service_role=False,
        has_security_groups=True,
    )
    try:
        capacity.problems().raise_if_any()
    except ValueError as error:
        problems.add(str(error))
    if gpus:
        check_gpus(problems, pool.instance_types)
