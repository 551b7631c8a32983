"""Arguments of compute environments, generated: those that AWS takes, those that it refuses, and any.

What is drawn is plain data, so that a failure prints what was asked for; `World` makes constructs of it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from batch_constructs import (
    AllocationStrategy,
    BatchLaunchTemplate,
    BatchServiceRole,
    CapacityOption,
    CapacityReservation,
    ContainerInsights,
    Ec2ComputeEnvironment,
    EcsInstanceRole,
    EfaComputeEnvironment,
    FargateComputeEnvironment,
    GpuComputeEnvironment,
    ImageType,
    LaunchTemplateOverride,
    ManagedInstancesComputeEnvironment,
    ReservationPreference,
    SpotComputeEnvironment,
    UnmanagedComputeEnvironment,
    UpdatePolicy,
    efa_interfaces,
)
from batch_constructs.facts import allocation_strategies, gpus
from batch_constructs.facts import instance_types as types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

Arguments = dict[str, Any]

GROUPS = [f"sg-0123456789abcdef{number}" for number in range(6)]
SUBNETS = [f"subnet-0123456789abcdef{number}" for number in range(3)]
RESERVATIONS: list[Arguments] = [
    {"reservation_id": "cr-0123456789abcdef0", "capacity_block": True},
    {"reservation_id": "cr-0123456789abcdef0"},
    {"resource_group_arn": "arn:aws:resource-groups:eu-west-1:123456789012:group/reserved"},
]
GROUP_ARN = RESERVATIONS[2]["resource_group_arn"]


@dataclass
class World:
    """A stack in which environments share the constructs that they are given."""

    stack: Stack
    vpc: ec2.IVpc
    parts: dict[str, Any] = field(default_factory=dict)

    def part(self, name: str, make: Callable[[str], Any]) -> Any:
        """Return a construct that is made once."""
        if name not in self.parts:
            self.parts[name] = make(name)
        return self.parts[name]

    def group(self, name: str) -> Any:
        from aws_cdk import aws_ec2

        return self.part(name, lambda it: aws_ec2.SecurityGroup.from_security_group_id(self.stack, it, it))

    def subnet(self, name: str) -> Any:
        from aws_cdk import aws_ec2

        return self.part(name, lambda it: aws_ec2.Subnet.from_subnet_id(self.stack, it, it))

    def template(self, type_: str | None) -> Any:
        """Return a launch template; for adapters, one with the interfaces of a type."""
        if type_ is None:
            return self.part("Template", lambda it: BatchLaunchTemplate(self.stack, it))
        return self.part(
            f"Template{type_.replace('.', '')}",
            lambda it: BatchLaunchTemplate(
                self.stack,
                it,
                network_interfaces=efa_interfaces(type_),
                security_groups=[self.group(GROUPS[0])],
            ),
        )

    def arguments(self, drawn: Mapping[str, Any]) -> Arguments:
        """Return the arguments of a class for drawn data."""
        return {name: self._made(name, value) for name, value in drawn.items()}

    def _made(self, name: str, value: Any) -> Any:
        from aws_cdk import Duration, Size, aws_ec2

        if value is None:
            return None
        makers: dict[str, Callable[[Any], Any]] = {
            "security_groups": lambda ids: list(map(self.group, ids)),
            "vpc_subnets": lambda ids: aws_ec2.SubnetSelection(subnets=list(map(self.subnet, ids))),
            "scale_down_delay": Duration.minutes,
            "scale_in_after": Duration.seconds,
            "storage": Size.gibibytes,
            "service_role": lambda _: self.part("Service", lambda it: BatchServiceRole(self.stack, it)),
            "instance_role": lambda _: self.part("Instances", lambda it: EcsInstanceRole(self.stack, it)),
            "placement_group": lambda _: self.part("Near", lambda it: aws_ec2.PlacementGroup(self.stack, it)),
            "key_pair": lambda key: self.part(
                "Key", lambda it: aws_ec2.KeyPair.from_key_pair_name(self.stack, it, key)
            ),
            "launch_template": lambda type_: self.template(type_ or None),
            "launch_template_overrides": lambda targets: [
                LaunchTemplateOverride(launch_template=self.template(None), target_instance_types=each)
                for each in targets
            ],
            "update_policy": lambda policy: UpdatePolicy(**policy),
            "capacity_reservation": lambda reservation: CapacityReservation(**reservation),
        }
        return makers[name](value) if name in makers else value


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=128)
TEXT = st.text(string.ascii_letters + string.digits + " .,:;/+-äöü", max_size=30)
TAGS = st.dictionaries(
    st.text(string.ascii_letters + " .:/=+-@_", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda key: key and not key.lower().startswith(("aws:", "ref", "fn::", "__proto__"))),
    st.text(string.ascii_letters + string.digits + " .:/=+-@_", max_size=12),
    max_size=4,
)
X86 = ["c7i", "m7i.large", "r6i", "default_x86_64", "optimal", "c5.metal"]
ARM = ["c7g", "m7g.large", "r8g", "default_arm64"]
GPU = ["g6", "g5.xlarge", "p5.48xlarge", "g4dn", "p4d.24xlarge"]
ADAPTERS = [
    ["p5.48xlarge"],
    ["p4d.24xlarge"],
    ["hpc7a.96xlarge"],
    ["c7i.48xlarge", "m7i.48xlarge"],
    ["c7gn.16xlarge"],
    ["p6-b300.48xlarge"],
    ["vt1.24xlarge"],
]
assert all(types.is_known(name) for names in (X86, ARM, GPU, *ADAPTERS) for name in names)
assert not [name for name in GPU if gpus.why_unschedulable(name)]

_ALL: Arguments = {
    "vpc_subnets": _maybe(st.lists(st.sampled_from(SUBNETS), min_size=1, unique=True)),
    "enabled": st.booleans(),
    "service_role": _maybe(st.just(True)),
}
_INSTANCES: Arguments = {
    **_ALL,
    "security_groups": _maybe(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=5, unique=True)),
    "scale_down_delay": st.none() | st.just(0) | st.integers(20, 10_080),
    "instance_role": _maybe(st.just(True)),
    "placement_group": _maybe(st.just(True)),
    "key_pair": _maybe(st.just("key")),
    "instance_tags": _maybe(TAGS),
    "container_insights": _maybe(st.sampled_from(ContainerInsights)),
    "update_policy": _maybe(
        st.fixed_dictionaries(
            {},
            optional={
                "job_execution_timeout_minutes": st.integers(1, 7200),
                "terminate_jobs_on_update": st.booleans(),
            },
        )
    ),
    "context": _maybe(TEXT),
}


@st.composite
def _sizes(draw: st.DrawFn) -> Arguments:
    maximum = draw(st.integers(1, 100_000))
    return {"max_vcpus": maximum, "min_vcpus": draw(st.integers(0, maximum))}


@st.composite
def _identity(draw: st.DrawFn) -> Arguments:
    # A named environment cannot be replaced: the new one would need the old one's name.
    name = draw(_maybe(NAMES))
    return (
        {"compute_environment_name": name} if name else {"replace_compute_environment": draw(st.booleans())}
    )


@st.composite
def _instances(
    draw: st.DrawFn, kind: str, names: list[str], *, images: bool = True, overrides: bool = True
) -> Arguments:
    """Draw the arguments that all environments on instances have in common."""
    drawn = draw(st.fixed_dictionaries(_INSTANCES)) | draw(_sizes()) | draw(_identity())
    drawn["instance_types"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    taken = [each.name for each in allocation_strategies.for_resource_type(kind)]
    # On Spot BEST_FIT needs a fleet role, which no class here takes.
    strategies = [each for each in taken if (kind, each) != ("SPOT", "BEST_FIT")]
    drawn["allocation_strategy"] = AllocationStrategy(draw(st.sampled_from(strategies)))
    if drawn["allocation_strategy"].endswith(("_ORDERED", "_PRIORITIZED")):
        # AWS takes no bundles with these.
        named = [name for name in drawn["instance_types"] if name not in types.BUNDLES]
        drawn["instance_types"] = named or [next(name for name in names if name not in types.BUNDLES)]
    if kind == "SPOT":
        drawn["bid_percentage"] = draw(_maybe(st.integers(0, 100)))
    if images and draw(st.booleans()):
        drawn["image_ids"] = {ImageType.ECS_AL2023: "ami-0123456789abcdef0"}
    if drawn["service_role"] is None and drawn["allocation_strategy"] != AllocationStrategy.BEST_FIT:
        drawn["update_to_latest_image_version"] = draw(_maybe(st.booleans()))
    if overrides:
        drawn["launch_template"] = draw(_maybe(st.just("")))
        named = [name for name in drawn["instance_types"] if name not in types.BUNDLES]
        targets = [[name] for name in named if name.partition(".")[0] == name or "." in name]
        drawn["launch_template_overrides"] = draw(
            st.lists(st.sampled_from(targets), unique_by=tuple, max_size=2) if targets else st.just([])
        )
    return drawn


@st.composite
def _gpu(draw: st.DrawFn) -> Arguments:
    spot = draw(st.booleans())
    drawn = draw(_instances("SPOT" if spot else "EC2", GPU, images=False)) | {"spot": spot}
    drawn["image_id"] = draw(_maybe(st.just("ami-0123456789abcdef0")))
    if not spot and drawn["launch_template"] is None:
        drawn["capacity_reservation"] = draw(_maybe(st.sampled_from(RESERVATIONS)))
    return drawn


@st.composite
def _efa(draw: st.DrawFn) -> Arguments:
    names = draw(st.sampled_from(ADAPTERS))
    drawn = draw(_instances("EC2", names, images=False, overrides=False)) | {"instance_types": names}
    drawn["vpc_subnets"] = draw(_maybe(st.sampled_from(SUBNETS).map(lambda subnet: [subnet])))
    if draw(st.booleans()):
        return drawn | {"launch_template": names[0], "security_groups": GROUPS[:1]}
    if drawn["vpc_subnets"] is not None:
        drawn["capacity_reservation"] = draw(_maybe(st.sampled_from(RESERVATIONS)))
    return drawn | {"launch_template": None}


@st.composite
def _fargate(draw: st.DrawFn) -> Arguments:
    return draw(
        st.fixed_dictionaries(
            {
                **_ALL,
                "security_groups": _INSTANCES["security_groups"],
                "max_vcpus": st.integers(1, 100_000),
                "spot": st.booleans(),
            }
        )
    ) | draw(_identity())


@st.composite
def _managed_instances(draw: st.DrawFn) -> Arguments:
    drawn = draw(
        st.fixed_dictionaries(
            {
                **_ALL,
                "security_groups": _INSTANCES["security_groups"],
                "max_vcpus": st.integers(1, 100_000),
                "instance_types": _maybe(
                    st.lists(st.sampled_from(["m5.large", "c7i", "g5"]), min_size=1, unique=True)
                ),
                "capacity_option": st.sampled_from([CapacityOption.ON_DEMAND, CapacityOption.SPOT]),
                "storage": _maybe(st.integers(1, 1000)),
                "use_local_storage": _maybe(st.booleans()),
                "detailed_monitoring": st.booleans(),
                "fips_enabled": _maybe(st.booleans()),
                "capacity_tags": _maybe(TAGS),
                "instance_metadata_tags": _maybe(st.booleans()),
                "never_scale_in": st.booleans(),
            }
        )
    ) | draw(_identity())
    if not drawn["never_scale_in"]:
        drawn["scale_in_after"] = draw(_maybe(st.integers(0, 3600)))
    if draw(st.booleans()):
        drawn["capacity_option"] = CapacityOption.RESERVED
        drawn["reservation_group_arn"] = GROUP_ARN
        drawn["reservation_preference"] = draw(_maybe(st.sampled_from(ReservationPreference)))
    return drawn


_UNMANAGED = st.fixed_dictionaries(
    {"enabled": st.booleans(), "service_role": _ALL["service_role"]},
    optional={
        "unmanaged_vcpus": st.integers(0, 100_000),
        "compute_environment_name": NAMES,
        "container_insights": st.sampled_from(ContainerInsights),
        "context": st.just("reserved"),
    },
)

KINDS: dict[str, tuple[Any, st.SearchStrategy[Arguments]]] = {
    "Ec2": (Ec2ComputeEnvironment, _instances("EC2", X86)),
    "Spot": (SpotComputeEnvironment, _instances("SPOT", ARM)),
    "Gpu": (GpuComputeEnvironment, _gpu()),
    "Efa": (EfaComputeEnvironment, _efa()),
    "Fargate": (FargateComputeEnvironment, _fargate()),
    "ManagedInstances": (ManagedInstancesComputeEnvironment, _managed_instances()),
    "Unmanaged": (UnmanagedComputeEnvironment, _UNMANAGED),
}
"""Each kind of environment, with the arguments that AWS takes. Add a new kind here, and every test covers it."""

# By argument: values that no environment takes, whatever its other arguments are.
IMPOSSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "max_vcpus": st.integers(max_value=0) | st.floats(1, 100).filter(lambda number: number % 1),
    "min_vcpus": st.integers(max_value=-1) | st.integers(min_value=100_001),
    "scale_down_delay": st.integers(1, 19) | st.integers(10_081, 10**6),
    "security_groups": st.just([]),
    "vpc_subnets": st.just([]),
    "instance_types": st.just([])
    | st.sampled_from(["", "c7i,m7i", "c7i large", "?"]).map(lambda name: [name]),
    "compute_environment_name": st.just("")
    | st.text(string.ascii_letters, min_size=129, max_size=140)
    | NAMES.map(lambda name: f"{name} "[-128:]),
    "bid_percentage": st.integers(max_value=-1) | st.integers(min_value=101),
    "image_ids": st.just({ImageType.ECS_AL2023: "emi-1"}),
    "image_id": st.text(string.ascii_lowercase, max_size=3),
    "image_types": st.just([]),
    "instance_tags": st.just({f"tag{number}": "" for number in range(51)})
    | st.sampled_from(["aws:tag", "Ref", "Fn::If", "__proto__"]).map(lambda key: {key: "x"}),
    "capacity_tags": st.just({"key": "x" * 257}),
    "update_policy": st.integers(max_value=0).map(lambda most: {"job_execution_timeout_minutes": most}),
    "launch_template_overrides": st.just([["optimal"]]) | st.just([[]]) | st.just([["c7i"], ["c7i.large"]]),
    "network_interfaces": st.just([]),
    "capacity_reservation": st.just({}) | st.just({"reservation_id": "ocr-1"}),
    "scale_in_after": st.integers(3601, 10**6),
    "unmanaged_vcpus": st.integers(max_value=-1),
}
