"""The undocumented parts of jsii and of the CDK are as this library expects them.

A test that fails here, after an update of jsii, ``aws-cdk-lib`` or ``constructs``, names the function of
``batch_constructs/_border/seam.py`` that has to change. Everything that the function is for works wrongly until then.
"""

from __future__ import annotations

import re
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sqs as sqs
from aws_cdk.interfaces.aws_batch import IJobQueueRef

import batch_constructs as bc
from batch_constructs._border import seam
from batch_constructs._border.tokens import known

PACKAGE = Path(bc.__file__).parent


def test_no_other_module_names_an_undocumented_part() -> None:
    """Fails when code outside the seam reads an attribute that a new jsii may drop without notice."""
    parts = re.compile(r"__jsii|_is_protocol|_cfn_properties|_render_properties|InterfaceDynamicProxy")
    assert [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.name != "seam.py" and parts.search(path.read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("kind", "jsii", "struct", "interface"),
    [
        (ec2.Vpc, True, False, False),
        (ec2.SubnetSelection, True, True, False),
        (batch.CfnJobQueue.ComputeEnvironmentOrderProperty, True, True, False),
        (ec2.SubnetType, True, False, False),
        (IJobQueueRef, True, False, True),
        (bc.JobQueue, True, False, False),
        (bc.Storage, False, False, False),
        (str, False, False, False),
    ],
)
def test_classes_are_told_apart(kind: type, jsii: bool, struct: bool, interface: bool) -> None:
    """Fails when classes, structs and interfaces of the CDK have lost their marks: see the functions ``is_…``."""
    assert (seam.is_jsii(kind), seam.is_struct(kind), seam.is_interface(kind)) == (jsii, struct, interface)


def test_interfaces_are_read() -> None:
    """Fails when jsii keeps elsewhere what `jsii.implements` was told: see ``interfaces_of``."""
    assert seam.interfaces_of(bc.JobQueue)[-1:] == (IJobQueueRef,)
    assert any(ec2.IVpc in each.__mro__ for each in seam.interfaces_of(ec2.Vpc))


def test_proxies_are_recognized() -> None:
    """Fails when an object that Node.js made has a class of another name: see ``is_proxy``."""
    stack = cdk.Stack()
    imported = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    port = sqs.Queue(stack, "Queue").node.find_child("Resource")
    assert [seam.is_proxy(type(each)) for each in (imported, port)] == [True, False]


def test_plain_members_cross_as_structs() -> None:
    """Fails when an L1 no longer takes plain data for its structs: see ``batch_constructs/_border/spelling.py``."""
    members = [{"computeEnvironment": "a", "order": 1}]
    queue = batch.CfnJobQueue(cdk.Stack(), "Queue", priority=1, compute_environment_order=members)
    assert seam.properties_of(queue)["ComputeEnvironmentOrder"] == [{"ComputeEnvironment": "a", "Order": 1}]


def test_a_construct_may_be_made_without_its_constructor() -> None:
    """Fails when Node.js no longer knows such a construct: see ``CliJson.from_cli_json``."""
    stack = cdk.Stack()
    policy = bc.FairSharePolicy.from_cli_json(stack, "Policy", {"name": "a"})
    assert stack.node.find_child("Policy") is policy


def test_properties_of_an_l1_are_rendered() -> None:
    """Fails when an L1 renders its properties by another method: see ``properties_of``."""
    policy = batch.CfnSchedulingPolicy(cdk.Stack(), "Policy", name="a")
    policy.add_property_override("Name", "b")
    assert seam.properties_of(policy)["Name"] == "a"


@pytest.mark.parametrize("encoding", ["as_string", "as_number", "as_list", "as_any"])
def test_tokens_are_recognized(encoding: str) -> None:
    """Fails when the CDK encodes tokens differently: see ``known`` in ``batch_constructs/_border/tokens.py``."""
    assert not known(getattr(cdk.Token, encoding)({"Ref": "A"}))
