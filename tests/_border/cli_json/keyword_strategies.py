"""Generated keywords of constructs: each combination is legal for AWS."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, Size
from hypothesis import strategies as st

import batch_constructs as bc
from tests._border.cli_json.definition_strategies import PATHS
from tests._border.cli_json.strategies import ACCOUNT, IDENTIFIERS, NAMES, TAGS, TEXT, some

Keywords = st.SearchStrategy[dict[str, Any]]

WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="${}#"), min_size=1, max_size=9
)
ARRAYS = st.dictionaries(st.from_regex(r"[B-Z][A-Z]{0,5}", fullmatch=True), TEXT, max_size=3)

TIME_LIMITS = st.lists(
    st.builds(
        bc.JobStateTimeLimit,
        reason=st.sampled_from(bc.TimeLimitReason.of_queue(service_jobs=False)),
        max_time=st.integers(600, 86_400).map(Duration.seconds),
    ),
    max_size=4,
    unique_by=lambda limit: limit.reason,
)
QUEUES = some(
    {},
    {
        "priority": st.integers(0, 1000),
        "job_state_time_limits": TIME_LIMITS,
        "enabled": st.booleans(),
        "job_queue_name": NAMES,
    },
)
SHARES = st.lists(
    st.builds(
        bc.Share, identifier=IDENTIFIERS, weight_factor=st.floats(0.0001, 999.9999) | st.integers(1, 999)
    ),
    max_size=5,
    unique_by=lambda share: share.identifier.rstrip("*"),
)
FAIR_SHARES = some(
    {},
    {
        "shares": SHARES,
        "share_decay": st.integers(0, 604_800).map(Duration.seconds),
        "compute_reservation": st.integers(0, 99),
        "scheduling_policy_name": NAMES,
    },
)

RULES = st.builds(
    bc.RetryRule,
    action=st.sampled_from(bc.RetryAction),
    on_exit_code=st.sampled_from(["1", "13*", "*"]),
    on_reason=st.none() | st.just("Cannot*"),
    on_status_reason=st.none() | st.just("Host EC2*"),
)
SETTINGS: dict[str, Any] = {
    "parameters": st.dictionaries(NAMES, TEXT, max_size=2),
    "retry_strategy": st.builds(
        bc.RetryStrategy, attempts=st.integers(1, 10), evaluate_on_exit=st.lists(RULES, max_size=5)
    ),
    "timeout": st.integers(60, 10**6).map(Duration.seconds),
    "scheduling_priority": st.integers(0, 9999),
    "propagate_tags": st.booleans(),
    "skip_deregister_on_update": st.booleans(),
    "job_definition_name": NAMES,
    "tags": TAGS,
    "consumes": st.integers(1, 99).map(lambda quantity: {Consumable(): quantity}),
    "enable_execute_command": st.booleans(),
}


class Consumable:
    """An existing licence."""

    @property
    def consumable_resource_ref(self) -> Any:
        from aws_cdk.interfaces.aws_batch import ConsumableResourceReference

        return ConsumableResourceReference(consumable_resource_arn=f"{ACCOUNT}:consumable-resource/seat")


CONTAINER: dict[str, Any] = {
    "command": st.lists(WORDS | st.just("Ref::sample"), max_size=4),
    "environment": ARRAYS,
    "user": NAMES,
    # ECS Exec needs a writable root.
    "readonly_root_filesystem": st.just(value=False),
}
LINUX = st.builds(
    bc.LinuxParameters,
    init_process_enabled=st.none() | st.booleans(),
    shared_memory_size=st.none() | st.integers(1, 9000).map(Size.mebibytes),
    max_swap=st.none() | st.integers(0, 9000).map(Size.mebibytes),
    swappiness=st.integers(0, 100),
    devices=st.lists(st.builds(bc.Device, PATHS), max_size=2, unique_by=lambda each: each.host_path),
    tmpfs=st.lists(
        st.builds(bc.Tmpfs, PATHS, size=st.integers(1, 99).map(Size.mebibytes)),
        max_size=2,
        unique_by=lambda each: each.container_path,
    ),
)
ULIMITS = st.lists(
    st.builds(bc.Ulimit, st.sampled_from(bc.UlimitName), soft_limit=st.integers(0, 10**6)),
    max_size=3,
    unique_by=lambda each: each.name,
)
ON_INSTANCES: dict[str, Any] = {
    "privileged": st.booleans(),
    "linux_parameters": LINUX,
    "ulimits": ULIMITS,
    "mounts": st.lists(PATHS, max_size=3, unique=True).map(
        lambda paths: {f"/mnt{path}": bc.Host("/srv" if len(paths) > 1 else None) for path in paths}
    ),
}
LOGS = st.builds(bc.AwsLogs, stream_prefix=st.none() | NAMES, datetime_format=st.none() | st.just("%Y"))
_SIZES: dict[str, Any] = {
    "image": st.sampled_from(["busybox", "public.ecr.aws/a/b:1.2", "x@sha256:" + "0" * 64]),
    "vcpus": st.integers(1, 192),
    "memory": st.integers(4, 10**6).map(Size.mebibytes),
}

EC2 = some(
    _SIZES,
    {**SETTINGS, **CONTAINER, **ON_INSTANCES, "gpus": st.integers(1, 16), "logging": LOGS},
)
FARGATE = some(
    {
        "image": _SIZES["image"],
        "vcpus": st.just(0.25),
        "memory": st.sampled_from([512, 1024, 2048]).map(Size.mebibytes),
    },
    {
        **SETTINGS,
        **CONTAINER,
        "logging": LOGS,
        "assign_public_ip": st.booleans(),
        "ephemeral_storage": st.integers(21, 200).map(Size.gibibytes),
        "architecture": st.sampled_from([bc.Architecture.X86_64, bc.Architecture.ARM64]),
        "init_process_enabled": st.booleans(),
        "mounts": st.just({"/scratch": bc.Host()}),
    },
)


@st.composite
def containers(draw: st.DrawFn) -> list[bc.TaskContainer]:
    """Draw up to ten containers, each of which may wait for the previous one."""
    names = [f"c{index}" for index in range(draw(st.integers(1, 10)))]
    made: list[bc.TaskContainer] = []
    for before, name in zip([None, *names], names, strict=False):
        keywords = draw(
            some(
                _SIZES,
                {**CONTAINER, **ON_INSTANCES, "stop_timeout": st.integers(2, 600).map(Duration.seconds)},
            )
        )
        wanted = draw(st.booleans())
        depends_on = {before: bc.DependencyCondition.START} if before and wanted else None
        made.append(bc.TaskContainer(name=name, depends_on=depends_on, **keywords))
    return made


MULTI_CONTAINER = some(
    {"containers": containers()},
    {**SETTINGS, "ipc_mode": st.sampled_from(bc.IpcMode), "pid_mode": st.sampled_from(bc.PidMode)},
)
ECS_MULTI_NODE = some(
    {
        "node_groups": st.lists(
            st.builds(
                bc.EcsNodeGroup,
                nodes=st.integers(1, 50),
                containers=containers(),
                pid_mode=st.none() | st.sampled_from(bc.PidMode),
                ipc_mode=st.none() | st.sampled_from(bc.IpcMode),
            ),
            min_size=1,
            max_size=5,
        )
    },
    SETTINGS,
)
MANAGED_INSTANCES = some({"containers": containers()}, SETTINGS)
MULTI_NODE = st.integers(1, 5).flatmap(
    lambda count: some(
        {
            "node_groups": st.lists(
                st.builds(
                    lambda nodes, keywords: bc.NodeGroup(nodes=nodes, **keywords),
                    st.integers(1, 50),
                    some(
                        _SIZES,
                        {
                            **CONTAINER,
                            "ulimits": ULIMITS,
                            "efa_interfaces": st.integers(0, 4),
                            "shared_memory": st.integers(1, 9000).map(Size.mebibytes),
                        },
                    ),
                ),
                min_size=count,
                max_size=count,
            ),
            "main_node": st.just(0),
        },
        SETTINGS,
    )
)

_VOLUMES = st.one_of(
    st.builds(bc.EksEmptyDir, medium=st.sampled_from(bc.EmptyDirMedium)),
    st.builds(bc.EksHostPath, PATHS),
    st.builds(bc.EksSecret, st.just("token"), optional=st.none() | st.booleans()),
    st.builds(bc.EksPersistentVolumeClaim, st.just("claim"), read_only=st.none() | st.booleans()),
)
_POD_CONTAINER = some(
    {
        "image": WORDS.filter(str.isalnum),
        "vcpus": st.integers(1, 64).map(lambda quarters: quarters / 4),
        "memory": st.integers(4, 100_000).map(Size.mebibytes),
    },
    {
        "gpus": st.integers(1, 8),
        "command": st.lists(WORDS, min_size=1, max_size=3),
        "args": st.lists(WORDS, min_size=1, max_size=3),
        "environment": ARRAYS,
        "mounts": st.dictionaries(PATHS, _VOLUMES | st.builds(bc.EksMount, _VOLUMES), max_size=2),
        "image_pull_policy": st.sampled_from(bc.ImagePullPolicy),
        "security_context": st.builds(
            bc.EksSecurityContext, run_as_user=st.none() | st.integers(1, 2**31 - 1)
        ),
    },
)


def _pod_containers(prefix: str, least: int) -> st.SearchStrategy[list[bc.EksContainer]]:
    """Draw up to three containers with unique names."""
    return st.lists(_POD_CONTAINER, min_size=least, max_size=3).map(
        lambda found: [bc.EksContainer(name=f"{prefix}{number}", **each) for number, each in enumerate(found)]
    )


POD = some(
    {"containers": _pod_containers("main", 1)},
    {
        "init_containers": _pod_containers("before", 0),
        "service_account_name": st.just("jobs"),
        "image_pull_secrets": st.just(["registry"]),
        "namespace": st.just("jobs"),
        "labels": st.just({"Team": "a"}),
        "annotations": st.dictionaries(st.just("example.com/A.b"), TEXT),
        "host_network": st.booleans(),
        "dns_policy": st.sampled_from(bc.DnsPolicy),
        "share_process_namespace": st.booleans(),
    },
)
_OF_ECS = {"propagate_tags", "enable_execute_command"}
_ON_EKS = {name: each for name, each in SETTINGS.items() if name not in _OF_ECS}
EKS = st.builds(lambda pod, settings: {**pod, **settings}, POD, some({}, _ON_EKS))
EKS_MULTI_NODE = st.builds(
    lambda pod, counts, settings: {
        "node_groups": [bc.EksNodeGroup(nodes=nodes, pod=bc.EksPod(**pod)) for nodes in counts],
        **settings,
    },
    POD,
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    some({}, _ON_EKS),
)
