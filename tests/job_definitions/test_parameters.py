"""Placeholders of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs import Ec2JobDefinition, FargateJobDefinition, MultiNodeParallelJobDefinition, NodeGroup
from batch_constructs.testing import assert_no_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack


def test_a_definition_knows_its_placeholders(stack: Stack) -> None:
    """Each word ``Ref::name`` is one; inside a longer word or a token it is not recognised."""
    from aws_cdk import CfnParameter

    text = CfnParameter(stack, "Text").value_as_string
    definition = FargateJobDefinition(
        stack,
        "Job",
        image="busybox",
        command=["ffmpeg", "-i", "Ref::inputfile", "--out=Ref::x", "Ref::codec", "Ref::", text],
        parameters={"codec": "mp4"},
    )
    assert definition.placeholders == {"inputfile", "codec"}
    assert definition.placeholders - definition.parameters.keys() == {"inputfile"}


def test_nodes_add_up_their_placeholders(stack: Stack) -> None:
    """One set of parameters fills the commands of all groups."""
    from aws_cdk import Size

    groups = [
        NodeGroup(nodes=1, image="busybox", vcpus=1, memory=Size.gibibytes(1), command=["x", f"Ref::{name}"])
        for name in ("a", "b")
    ]
    definition = MultiNodeParallelJobDefinition(stack, "Job", node_groups=groups)
    assert definition.placeholders == {"a", "b"}
    assert definition.parameters == {}


def warned(stack: Stack, **arguments: Any) -> None:
    """Define a job whose command has one placeholder, and let warnings fail."""
    from aws_cdk import Size

    Ec2JobDefinition(
        stack,
        "Job",
        image="busybox",
        vcpus=1,
        memory=Size.mebibytes(512),
        command=["echo", "Ref::sample"],
        **arguments,
    )
    assert_no_findings(stack, warnings=True, ignore=["TMO", "RET"])


def test_a_placeholder_without_a_default_is_no_fault(stack: Stack, synth: Callable[[], object]) -> None:
    """The submission sets it, as in the guide's own ffmpeg example."""
    warned(stack)
    assert synth()


def test_a_default_that_fills_nothing_is_a_warning(stack: Stack) -> None:
    """AWS accepts it, and so does the definition; the rules report that it has no effect."""
    with pytest.raises(AssertionError, match=r"JD-04.*got 'smaple' and no Ref::smaple"):
        warned(stack, parameters={"smaple": "none"})
