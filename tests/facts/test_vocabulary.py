"""The enumerations of the API."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

import pytest

from batch_constructs.facts import eks, tasks, vocabulary
from batch_constructs.facts.vocabulary import word_of


@pytest.mark.parametrize(
    ("shape", "enum"),
    [
        ("JobStatus", vocabulary.JobStatus),
        ("CEType", vocabulary.EnvironmentType),
        ("CRType", vocabulary.ResourceKind),
        ("JobDefinitionType", vocabulary.JobDefinitionType),
        ("PlatformCapability", vocabulary.PlatformCapability),
        ("JobQueueType", vocabulary.JobQueueType),
        ("JQState", vocabulary.State),
        ("CEState", vocabulary.State),
        ("AssignPublicIp", vocabulary.State),
        ("EFSTransitEncryption", vocabulary.State),
        ("ResourceType", vocabulary.ResourceRequirementType),
        ("RetryAction", vocabulary.RetryAction),
        ("DeviceCgroupPermission", vocabulary.DevicePermission),
        ("LogDriver", vocabulary.LogDriver),
        ("FirelensConfigurationType", vocabulary.FirelensType),
        ("ArrayJobDependency", vocabulary.ArrayDependency),
        ("JobStateTimeLimitActionsAction", vocabulary.TimeLimitAction),
        ("ContainerInsights", vocabulary.ContainerInsights),
        ("UserdataType", vocabulary.UserdataType),
        ("EksAccessEntryDesiredState", vocabulary.AccessEntryState),
        ("QuotaShareResourceSharingStrategy", vocabulary.ResourceSharing),
    ],
)
def test_the_words_are_those_of_the_api(
    batch_shapes: dict[str, Any], shape: str, enum: type[StrEnum]
) -> None:
    """They are exactly the API's values."""
    assert {member.value for member in enum} == set(batch_shapes[shape]["enum"])


@pytest.mark.parametrize(
    ("shape", "member", "words"),
    [
        ("RuntimePlatform", "operatingSystemFamily", vocabulary.OperatingSystemFamily),
        ("RuntimePlatform", "cpuArchitecture", vocabulary.CpuArchitecture),
        ("TaskContainerDependency", "condition", vocabulary.DependencyCondition),
        ("EcsTaskProperties", "ipcMode", tasks.IpcMode),
        ("EcsTaskProperties", "pidMode", tasks.PidMode),
        ("EksContainer", "imagePullPolicy", eks.ImagePullPolicy),
        ("EksPodProperties", "dnsPolicy", eks.DnsPolicy),
        ("EksEmptyDir", "medium", eks.EmptyDirMedium),
        ("CreateConsumableResourceRequest", "resourceType", vocabulary.ConsumableType),
    ],
)
def test_words_without_an_enum_stand_in_the_text(
    batch_shapes: dict[str, Any], shape: str, member: str, words: type[StrEnum]
) -> None:
    """If the API has a plain string, its text has our values."""
    text = batch_shapes[shape]["members"][member]["documentation"]
    assert all(re.search(rf"\b{word}\b", text) for word in words)


@pytest.mark.parametrize(
    ("shape", "member", "words"),
    [("Ulimit", "name", vocabulary.ULIMIT_NAMES), ("Tmpfs", "mountOptions", vocabulary.TMPFS_MOUNT_OPTIONS)],
)
def test_lists_in_the_text_are_complete(
    batch_shapes: dict[str, Any], shape: str, member: str, words: frozenset[str]
) -> None:
    """They have exactly the values of the API's text."""
    text = re.sub(r"<[^>]+>", " ", batch_shapes[shape]["members"][member]["documentation"])
    listed = set(re.findall(r"[a-z_]+", text.partition("alid values")[2].partition(":")[2]))
    assert words == listed


ENUMS = [
    value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, StrEnum)
]


@pytest.mark.parametrize("enum", [enum for enum in ENUMS if enum is not StrEnum])
def test_a_word_is_recognised_in_any_case(enum: type[StrEnum]) -> None:
    """CloudFormation accepts both, and the CDK's own classes write lower case."""
    for member in enum:
        assert word_of(enum, member.value.lower()) is member
        assert word_of(enum, member.value.upper()) is member
    assert word_of(enum, "nonsense") is None
    assert word_of(enum, "") is None
