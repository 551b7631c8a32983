"""Would a deploy change everything in place?"""

from __future__ import annotations

import aws_cdk as cdk
import pytest

import batch_constructs as bc
from batch_constructs.testing import assert_updates_in_place, normalized
from batch_constructs.testing.snapshots import TemplateSnapshotExtension


def platform(
    *, max_vcpus: int = 64, priority: int = 1, spot: bool = False, name: str | None = None
) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "Platform")
    network = bc.BatchNetwork(stack, "Network")
    make = bc.SpotComputeEnvironment if spot else bc.Ec2ComputeEnvironment
    environment = make(stack, "Capacity", vpc=network.vpc, max_vcpus=max_vcpus, compute_environment_name=name)
    bc.JobQueue(stack, "Queue", compute_environments=[environment], priority=priority)
    return stack


def test_a_larger_environment_is_a_change_in_place() -> None:
    """So is another priority of its queue."""
    assert_updates_in_place(platform(), platform(max_vcpus=128, priority=9))


def test_another_name_is_a_replacement() -> None:
    """The message names the construct and the property; what is allowed passes."""
    old, new = platform(name="one"), platform(name="two")
    with pytest.raises(
        AssertionError, match=r"Platform/Capacity/Resource is replaced .*ComputeEnvironmentName"
    ):
        assert_updates_in_place(old, new)
    assert_updates_in_place(old, new, allow=["Platform/Capacity", "Platform/Queue"])


def test_a_snapshot_in_the_repository_is_what_was_deployed(tmp_path) -> None:
    """A file that the snapshot extension wrote, or a template as data, can be the old side."""
    text = TemplateSnapshotExtension.serialize(
        object.__new__(TemplateSnapshotExtension), platform(name="one")
    )
    file = tmp_path / "platform.template.json"
    file.write_text(text)
    assert_updates_in_place(file, platform(max_vcpus=128, name="one"))
    with pytest.raises(AssertionError, match="is replaced"):
        assert_updates_in_place(file, platform(name="two"))


def test_normalized_leaves_what_somebody_wrote() -> None:
    """Noise goes, hashes get a number by their order, everything else stays."""
    one, two = "a" * 64, "b" * 64
    template = {
        "Parameters": {"BootstrapVersion": {"Type": "String"}, "Size": {"Type": "Number"}},
        "Rules": {"CheckBootstrapVersion": {}},
        "Conditions": {"CDKMetadataAvailable": {}},
        "Resources": {
            "CDKMetadata": {"Type": "AWS::CDK::Metadata"},
            "F": {"Type": "X", "Properties": {"Keys": [f"{two}.zip", f"{one}.zip", f"{two}.zip"]}},
        },
    }
    assert normalized(template) == {
        "Parameters": {"Size": {"Type": "Number"}},
        "Resources": {
            "F": {"Type": "X", "Properties": {"Keys": ["<asset 1>.zip", "<asset 2>.zip", "<asset 1>.zip"]}}
        },
    }
