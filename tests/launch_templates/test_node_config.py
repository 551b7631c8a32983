"""Settings of Amazon EKS nodes."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from aws_cdk import CfnParameter, Stack

from batch_constructs import EksNodeConfig, ShellScript
from batch_constructs.launch_templates.user_data import mime_document

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[str], list[tuple[str, str]]]


def test_it_is_a_node_config_beside_other_parts(cloud_init: Read) -> None:
    """cloud-init finds the part by its type, and nodeadm reads its settings as YAML."""
    config = EksNodeConfig(
        max_pods=20,
        kubelet_config={"shutdownGracePeriod": "30s"},
        kubelet_flags=["--node-labels=team=genomics"],
        containerd_config="[plugins]\n",
        local_storage="RAID0",
    )
    sent = b64encode(mime_document([ShellScript("true"), config]).encode()).decode()
    [_, (kind, text)] = cloud_init(sent)
    assert kind == "application/node.eks.aws"
    assert yaml.safe_load(text) == {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {
            "kubelet": {
                "config": {"shutdownGracePeriod": "30s", "maxPods": 20},
                "flags": ["--node-labels=team=genomics"],
            },
            "containerd": {"config": "[plugins]\n"},
            "instance": {"localStorage": {"strategy": "RAID0"}},
        },
    }


def test_what_is_omitted_is_left_to_the_node() -> None:
    """An omitted member is not rendered, so the node's default applies."""
    assert json.loads(EksNodeConfig(max_pods=8).body())["spec"] == {"kubelet": {"config": {"maxPods": 8}}}


def test_tokens_pass() -> None:
    """Values that only CloudFormation knows reach the text, including numbers."""
    stack = Stack()
    number = CfnParameter(stack, "Pods", type="Number").value_as_number
    flag = CfnParameter(stack, "Flag").value_as_string
    config = EksNodeConfig(kubelet_config={"maxPods": number}, kubelet_flags=[flag])
    assert stack.resolve(config.body())["Fn::Join"][1][1] == {"Ref": "Pods"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs at least one setting"),
        ({"max_pods": 0}, "max_pods must be at least 1 pods, got 0"),
        (
            {"max_pods": 1, "kubelet_config": {"maxPods": 2}},
            "max_pods must be given once",
        ),
        (
            {"kubelet_config": {"registerWithTaints": []}},
            "must not have registerWithTaints, which belongs to AWS Batch",
        ),
        ({"kubelet_flags": ["v=2"]}, "kubelet_flags must begin with --, got 'v=2'"),
        ({"kubelet_flags": ["--register-with-taints=a=b:NoSchedule"]}, "leave taints and labels below"),
        ({"kubelet_flags": ["--node-labels=batch.amazonaws.com/x=y"]}, "leave taints and labels below"),
        ({"local_storage": "RAID5"}, "local_storage must be one of RAID0, RAID10, Mount, got 'RAID5'"),
    ],
)
def test_fails_when_the_settings_are_none_or_belong_to_batch(arguments: dict[str, Any], message: str) -> None:
    """Fails when there is no setting, or one that AWS Batch would override."""
    with pytest.raises(ValueError, match=message):
        EksNodeConfig(**arguments)
