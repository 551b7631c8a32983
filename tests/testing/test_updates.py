"""The assertion that a deploy changes everything in place."""

from __future__ import annotations

from types import MappingProxyType

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
    """The message names the construct and the property; allowed constructs pass."""
    old, new = platform(name="one"), platform(name="two")
    with pytest.raises(AssertionError, match=r"Platform/Capacity is replaced .*ComputeEnvironmentName"):
        assert_updates_in_place(old, new)
    assert_updates_in_place(old, new, allow=["Platform/Capacity", "Platform/Queue"])


def renamed(queue: str, **more: object) -> cdk.Stack:
    """Return the platform with a queue under this construct id."""
    stack = cdk.Stack(cdk.App(), "P")
    network = bc.BatchNetwork(stack, "Network")
    environment = bc.Ec2ComputeEnvironment(stack, "Capacity", vpc=network.vpc)
    bc.JobQueue(stack, queue, compute_environments=[environment], **more)  # type: ignore[arg-type]
    return stack


def test_a_queue_under_another_construct_id_goes_with_its_jobs() -> None:
    """The message names the rename, how to keep the queue, and how to accept its removal."""
    old, new = renamed("Queue"), renamed("Other")
    with pytest.raises(AssertionError) as caught:
        assert_updates_in_place(old, new)
    said = str(caught.value)
    assert "P/Queue is deleted, renamed to P/Other" in said
    assert ".override_logical_id('Queue4A7E3555')" in said
    assert said.endswith("if that is meant: removed=['P/Queue']")
    assert_updates_in_place(old, new, removed=["P/Queue"])
    assert_updates_in_place(old, new, removed=["Queue4A7E3555"])
    with pytest.raises(AssertionError, match="P/Queue is deleted"):
        assert_updates_in_place(old, new, removed=["P/Other"], allow=["P/Queue"])


def test_a_queue_whose_logical_id_is_kept_stays() -> None:
    """The remedy in the message works."""
    new = renamed("Other")
    queue = new.node.find_child("Other").node.default_child
    queue.override_logical_id("Queue4A7E3555")  # type: ignore[union-attr]
    assert_updates_in_place(renamed("Queue"), new)


def test_a_replaced_queue_may_be_meant() -> None:
    """``removed`` also covers replacements; refusals at the same time still fail."""
    old, new = renamed("Queue", job_queue_name="one"), renamed("Queue", job_queue_name="two")
    with pytest.raises(AssertionError, match="P/Queue is replaced"):
        assert_updates_in_place(old, new)
    assert_updates_in_place(old, new, removed=["P/Queue"])


def test_any_mapping_is_a_template() -> None:
    """At any depth, not only a dict."""
    queue = {"Type": "AWS::Batch::JobQueue", "Properties": MappingProxyType({"Priority": 1})}
    old = MappingProxyType({"Resources": MappingProxyType({"Queue": queue})})
    assert_updates_in_place(
        old, {"Resources": {"Queue": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 2}}}}
    )
    with pytest.raises(AssertionError, match="Queue is deleted"):
        assert_updates_in_place(old, {"Resources": {}})


def test_a_snapshot_in_the_repository_is_what_was_deployed(tmp_path) -> None:
    """A file of the snapshot extension, or a template as data, can be the old side."""
    text = TemplateSnapshotExtension.serialize(
        object.__new__(TemplateSnapshotExtension), platform(name="one")
    )
    file = tmp_path / "platform.template.json"
    file.write_text(text)
    assert_updates_in_place(file, platform(max_vcpus=128, name="one"))
    with pytest.raises(AssertionError, match="is replaced"):
        assert_updates_in_place(file, platform(name="two"))


def test_normalized_leaves_what_somebody_wrote() -> None:
    """Noise is removed, hashes are numbered by order, everything else stays."""
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
