"""Generated job definitions for the AWS CLI: all legal members of the guide's template."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from tests._border.cli_json.strategies import NAMES, ROLES, TAGS, TEXT, Documents, some

IMAGES = st.from_regex(r"[a-z0-9.]{1,20}(/[a-z0-9_-]{1,20}){0,2}(:[A-Za-z0-9_.-]{1,10})?", fullmatch=True)
WORDS = st.sampled_from(["echo", "Ref::sample", "-o", "Ref::out", "/bin/sh"]) | TEXT.filter(bool)
VARIABLES = st.lists(
    some({"name": st.from_regex(r"[B-Z][A-Z_]{0,10}", fullmatch=True), "value": TEXT}, {}),
    max_size=3,
    unique_by=lambda each: each["name"],
)
PATHS = st.from_regex(r"/[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True)
ARNS = st.just("arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf")
SECRETS = st.lists(
    some({"name": st.from_regex(r"[B-Z][A-Z_]{0,10}", fullmatch=True), "valueFrom": ARNS}, {}), max_size=2
)
ULIMITS = st.lists(
    st.builds(
        lambda name, soft, more: {"name": name, "softLimit": soft, "hardLimit": soft + more},
        st.sampled_from(["nofile", "memlock", "stack", "nproc"]),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
    ),
    max_size=2,
    unique_by=lambda each: each["name"],
)
RETRIES = some(
    {"attempts": st.integers(1, 10)},
    {
        "evaluateOnExit": st.lists(
            some({"action": st.sampled_from(["RETRY", "EXIT", "retry"]), "onReason": st.just("Host*")}, {})
            | some({"action": st.just("EXIT"), "onExitCode": st.sampled_from(["1", "13*"])}, {}),
            max_size=5,
        )
    },
)


def logs(*drivers: str) -> Documents:
    """Draw a log configuration for CloudWatch Logs or another driver."""
    to_logs = some(
        {"logDriver": st.just("awslogs")},
        {
            "options": st.fixed_dictionaries(
                {}, optional={"awslogs-group": NAMES, "awslogs-stream-prefix": NAMES}
            )
        },
    )
    others = some(
        {"logDriver": st.sampled_from(drivers)},
        {"options": st.just({"splunk-url": "https://example.com", "splunk.x": "y"})},
    )
    return to_logs | others


def amounts(vcpus: st.SearchStrategy[str], memory: st.SearchStrategy[str], *, gpus: bool) -> Any:
    """Draw the resource requirements of a container, in any order."""
    pairs = [vcpus.map(lambda text: ("VCPU", text)), memory.map(lambda text: ("MEMORY", text))]
    if gpus:
        pairs.append(st.integers(1, 8).map(lambda count: ("GPU", str(count))))
    whole = st.tuples(*pairs) | st.tuples(*pairs[:2])
    return whole.flatmap(st.permutations).map(
        lambda found: [{"type": kind, "value": text} for kind, text in found]
    )


ON_INSTANCES = amounts(
    st.integers(1, 192).map(str),
    st.integers(4, 10**6).map(str),
    gpus=True,
)
ON_FARGATE = st.sampled_from([("0.25", "512"), ("1", "2048"), ("1.0", "8192"), ("16", "122880")]).map(
    lambda size: [{"type": "VCPU", "value": size[0]}, {"type": "MEMORY", "value": size[1]}]
)
VOLUMES = st.lists(
    some({"name": st.from_regex(r"[a-z]{1,10}", fullmatch=True)}, {"host": st.just({"sourcePath": "/srv"})})
    | some(
        {
            "name": st.from_regex(r"[A-Z]{1,10}", fullmatch=True),
            "efsVolumeConfiguration": some(
                {"fileSystemId": st.just("fs-0123456789abcdef0")},
                {"rootDirectory": PATHS, "transitEncryption": st.just("ENABLED")},
            ),
        },
        {},
    ),
    max_size=3,
    unique_by=lambda each: each["name"],
)
FARGATE_VOLUMES = VOLUMES.map(
    lambda found: [{**each, "host": {}} if "host" in each else each for each in found]
)
LINUX = some(
    {},
    {
        "initProcessEnabled": st.booleans(),
        "sharedMemorySize": st.integers(1, 10_000),
        "maxSwap": st.integers(0, 10_000),
        "tmpfs": st.lists(
            some(
                {"containerPath": PATHS, "size": st.integers(1, 100)}, {"mountOptions": st.just(["noexec"])}
            ),
            max_size=2,
            unique_by=lambda each: each["containerPath"],
        ),
        "devices": st.just([{"hostPath": "/dev/fuse", "permissions": ["READ"]}]),
    },
).map(lambda found: {**found, "swappiness": 60} if "maxSwap" in found else found)


@st.composite
def mounted(draw: st.DrawFn, members: Documents, volumes: Any) -> dict[str, Any]:
    """Draw a container or a task with volumes, and mount points that name them."""
    found = draw(volumes)
    drawn = draw(members)
    points = [
        {
            "sourceVolume": each["name"],
            "containerPath": f"/mnt/{each['name']}",
            "readOnly": draw(st.booleans()),
        }
        for each in found
    ]
    return {**drawn, "volumes": found, "mountPoints": points} if found else drawn


_CONTAINER: dict[str, Any] = {
    "command": st.lists(WORDS, max_size=4),
    "environment": VARIABLES,
    "readonlyRootFilesystem": st.booleans(),
    "user": NAMES,
}
_SETTINGS: dict[str, Any] = {
    "parameters": st.dictionaries(NAMES, TEXT, max_size=2),
    "schedulingPriority": st.integers(0, 9999),
    "retryStrategy": RETRIES,
    "propagateTags": st.booleans(),
    "timeout": st.integers(60, 10**6).map(lambda seconds: {"attemptDurationSeconds": seconds}),
    "tags": TAGS,
    "consumableResourceProperties": st.integers(1, 9).map(
        lambda quantity: {
            "consumableResourceList": [
                {
                    "consumableResource": "arn:aws:batch:eu-west-1:123456789012:consumable-resource/seat",
                    "quantity": quantity,
                }
            ]
        }
    ),
}


def definitions(kind: str, platforms: st.SearchStrategy[list[str]] | None, **properties: Any) -> Documents:
    """Draw definitions of a type with these properties, and any of the settings."""
    return some(
        {"jobDefinitionName": NAMES, "type": st.just(kind), **properties},
        _SETTINGS,
    ).flatmap(
        lambda document: (
            st.just(document)
            if platforms is None
            else platforms.map(
                lambda found: {**document, "platformCapabilities": found} if found else document
            )
        )
    )


EC2_CONTAINERS = mounted(
    some(
        {"image": IMAGES, "resourceRequirements": ON_INSTANCES},
        {
            **_CONTAINER,
            "jobRoleArn": ROLES,
            "executionRoleArn": ROLES,
            "privileged": st.booleans(),
            "ulimits": ULIMITS,
            "linuxParameters": LINUX,
            "logConfiguration": logs("splunk", "json-file", "syslog"),
        },
    ),
    VOLUMES,
)
EC2_DEFINITIONS = definitions("container", st.sampled_from([[], ["EC2"]]), containerProperties=EC2_CONTAINERS)

FARGATE_DEFINITIONS = definitions(
    "container",
    st.just(["FARGATE"]),
    containerProperties=mounted(
        some(
            {"image": IMAGES, "resourceRequirements": ON_FARGATE, "executionRoleArn": ROLES},
            {
                **_CONTAINER,
                "jobRoleArn": ROLES,
                "secrets": SECRETS,
                "logConfiguration": logs("splunk"),
                "networkConfiguration": st.sampled_from(["ENABLED", "DISABLED"]).map(
                    lambda public: {"assignPublicIp": public}
                ),
                "fargatePlatformConfiguration": st.just({"platformVersion": "LATEST"}),
                "ephemeralStorage": st.integers(21, 200).map(lambda size: {"sizeInGiB": size}),
                "runtimePlatform": st.sampled_from(
                    [{"cpuArchitecture": "ARM64"}, {"operatingSystemFamily": "LINUX"}]
                ),
            },
        ),
        FARGATE_VOLUMES,
    ),
)


def tasks(members: dict[str, Any], **required: Any) -> Documents:
    """Draw one task of up to three containers, each of which may wait for the previous one."""

    def named(containers: list[dict[str, Any]], wait: bool) -> list[dict[str, Any]]:
        found = [{**each, "name": f"c{index}"} for index, each in enumerate(containers)]
        for before, each in pairwise(found):
            if wait:
                each["dependsOn"] = [{"containerName": before["name"], "condition": "START"}]
        return found

    optional = {"taskRoleArn": ROLES, "executionRoleArn": ROLES, **members}
    container = some(
        {"image": IMAGES, "resourceRequirements": amounts(st.just("1"), st.just("2048"), gpus=False)},
        {**_CONTAINER, "startTimeout": st.integers(2, 120), "stopTimeout": st.integers(2, 120)},
    )
    return some(
        {
            "containers": st.builds(named, st.lists(container, min_size=1, max_size=3), st.booleans()),
            **required,
        },
        {name: each for name, each in optional.items() if name not in required},
    ).map(lambda task: {"taskProperties": [task]})


MULTI_CONTAINER_DEFINITIONS = definitions(
    "container",
    st.sampled_from([[], ["EC2"]]),
    ecsProperties=tasks(
        {"ipcMode": st.sampled_from(["host", "task", "none"]), "pidMode": st.sampled_from(["host", "task"])}
    ),
) | definitions(
    "container",
    st.just(["FARGATE"]),
    ecsProperties=tasks(
        {
            "platformVersion": st.just("1.4.0"),
            "ephemeralStorage": st.integers(21, 200).map(lambda size: {"sizeInGiB": size}),
        },
        executionRoleArn=ROLES,
    ),
)
MANAGED_INSTANCES_DEFINITIONS = definitions(
    "container",
    st.just(["MANAGED_INSTANCES"]),
    ecsProperties=tasks({"networkMode": st.just("host")}),
)


@st.composite
def nodes(draw: st.DrawFn, member: str, what: Documents) -> dict[str, Any]:
    """Draw up to three groups in sequence, in all forms that AWS takes."""
    counts = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3))
    total, groups, first = sum(counts), [], 0
    for index, count in enumerate(counts):
        last = first + count - 1
        start = "" if index == 0 and draw(st.booleans()) else str(first)
        end = "" if last == total - 1 and draw(st.booleans()) else str(last)
        groups.append({"targetNodes": f"{start}:{end}", member: draw(what)})
        first = last + 1
    return {
        "numNodes": total,
        "mainNode": draw(st.integers(0, total - 1)),
        "nodeRangeProperties": groups,
    }


MULTI_NODE_DEFINITIONS = definitions("multinode", None, nodeProperties=nodes("container", EC2_CONTAINERS))
ECS_MULTI_NODE_DEFINITIONS = definitions(
    "multinode",
    None,
    nodeProperties=nodes("ecsProperties", tasks({"pidMode": st.sampled_from(["host", "task"])})),
)
