"""Environments on Amazon EKS for nodes that the user starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk import Stack
from aws_cdk import aws_eks as eks
from aws_cdk.assertions import Template
from botocore.validate import ParamValidator

from batch_constructs import (
    AccessEntryState,
    BatchServiceRole,
    EksContainer,
    EksJobDefinition,
    EksNamespace,
    JobQueue,
    UnmanagedComputeEnvironment,
    UnmanagedEksComputeEnvironment,
)
from batch_constructs.testing import assert_can_run, assert_no_findings
from tests.compute_environments.test_eks import ASSOCIATION, ENVIRONMENT, MANIFEST, bare, the, with_kubectl
from tests.test_foreign_judges import request_of

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2

ROLE = "arn:aws:iam::123456789012:role/batch"
DOCUMENT = {
    "computeEnvironmentName": "own",
    "type": "UNMANAGED",
    "unmanagedvCpus": 64,
    "eksConfiguration": {
        "eksClusterArn": "arn:aws:eks:eu-west-1:123456789012:cluster/research",
        "kubernetesNamespace": "jobs",
        "accessEntry": {"desiredState": "ENABLED"},
    },
}


def own(stack: Stack, **arguments: Any) -> UnmanagedEksComputeEnvironment:
    cluster = bare(stack)
    namespace = EksNamespace(
        stack,
        "Namespace",
        cluster=cluster,
        namespace="jobs",
        access_entry=arguments.get("access_entry"),
        apply=False,
    )
    return UnmanagedEksComputeEnvironment(stack, "Own", cluster=cluster, namespace=namespace, **arguments)


def test_it_has_a_cluster_and_no_capacity(stack: Stack) -> None:
    """Since February 2026 AWS Batch has unmanaged environments on EKS, with type, cluster and namespace only."""
    own(stack, unmanaged_vcpus=64)
    properties = the(stack, ENVIRONMENT)["Properties"]
    properties["ServiceRole"] = ROLE
    assert properties == {
        "ServiceRole": ROLE,
        "Type": "UNMANAGED",
        "State": "ENABLED",
        "UnmanagedvCpus": 64,
        "ReplaceComputeEnvironment": False,
        "EksConfiguration": {
            "EksClusterArn": "arn:aws:eks:eu-west-1:123456789012:cluster/c",
            "KubernetesNamespace": "jobs",
            "AccessEntry": {"DesiredState": "ENABLED"},
        },
    }
    request = {"computeEnvironmentName": "name", **request_of(properties)}
    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    report = ParamValidator().validate(request, model.operation_model("CreateComputeEnvironment").input_shape)
    assert not report.has_errors(), report.generate_report()


def test_it_may_run_pods_in_its_namespace(stack: Stack) -> None:
    """Its access entry needs the policy for the namespace, like that of a managed environment; queues wait for it."""
    JobQueue(stack, "Queue", compute_environments=[own(stack)])
    [associated] = Template.from_stack(stack).find_resources(ASSOCIATION)
    assert the(stack, "AWS::Batch::JobQueue")["DependsOn"] == [associated]


def test_nodes_join_by_a_label(stack: Stack, vpc: ec2.IVpc) -> None:
    """AWS Batch makes the id in the label; a node group of the same stack reads it at deploy time."""
    cluster = with_kubectl(stack, vpc)
    environment = UnmanagedEksComputeEnvironment(stack, "Own", cluster=cluster, namespace="jobs")
    cluster.add_nodegroup_capacity("Nodes", labels=environment.node_labels)
    [(name, asked)] = Template.from_stack(stack).find_resources("Custom::BatchEnvironmentUuid").items()
    assert "computeEnvironments.0.uuid" in json.dumps(asked["Properties"]["Create"])
    assert the(stack, "AWS::EKS::Nodegroup")["Properties"]["Labels"] == {
        "batch.amazonaws.com/compute-environment-uuid": {"Fn::GetAtt": [name, "computeEnvironments.0.uuid"]}
    }


def test_it_has_a_service_role_of_its_own(stack: Stack) -> None:
    """According to AWS's answers ServiceRole is required, and not the service-linked role. The tutorial has no role."""
    environment = own(stack)
    assert isinstance(environment.service_role, BatchServiceRole)
    assert "Fn::GetAtt" in the(stack, ENVIRONMENT)["Properties"]["ServiceRole"]
    assert_no_findings(stack, warnings=True)


def test_a_warning_says_that_aws_disagrees_about_the_role(stack: Stack) -> None:
    """A document may have none, like the tutorial, and CE-02 names both of AWS's pages."""
    UnmanagedEksComputeEnvironment.from_cli_json(stack, "Own", DOCUMENT)
    with pytest.raises(AssertionError, match=r"CE-02.*AWS's pages disagree"):
        assert_no_findings(stack, warnings=True, ignore=["EKS-20"])


def test_a_role_of_ones_own_is_no_finding(stack: Stack) -> None:
    """Neither EKS-16 nor CE-02 reports anything, and the environment is deleted before the role."""
    role = BatchServiceRole(stack, "Role")
    own(stack, service_role=role)
    environment = the(stack, ENVIRONMENT)
    assert "ServiceRole" in environment["Properties"]
    assert any(name.startswith("Role") for name in environment["DependsOn"])
    assert_no_findings(stack, warnings=True)


def test_the_config_map_lets_it_in(stack: Stack, vpc: ec2.IVpc) -> None:
    """With DISABLED the ConfigMap has AWS Batch's role, the namespace has Kubernetes' roles, and there is no policy."""
    cluster = eks.Cluster(
        stack,
        "Cluster",
        vpc=vpc,
        version=eks.KubernetesVersion.V1_34,
        kubectl_layer=with_layer(stack),
        default_capacity=0,
    )
    UnmanagedEksComputeEnvironment(
        stack, "Own", cluster=cluster, namespace="jobs", access_entry=AccessEntryState.DISABLED
    )
    assert not Template.from_stack(stack).find_resources(ASSOCIATION)
    manifests = json.dumps(Template.from_stack(stack).find_resources(MANIFEST))
    assert ":role/AWSServiceRoleForBatch" in manifests
    assert "aws-batch-compute-environment-role" in manifests


def with_layer(stack: Stack) -> Any:
    from tests.compute_environments.test_eks import layer

    return layer(stack)


def test_its_document_comes_and_goes(stack: Stack) -> None:
    """``from_cli_json`` takes the documents of the AWS CLI, with a role or without."""
    for number, given in enumerate((DOCUMENT, {**DOCUMENT, "serviceRole": ROLE})):
        environment = UnmanagedEksComputeEnvironment.from_cli_json(stack, f"Own{number}", given)
        assert environment.to_cli_json() == given
        assert (environment.service_role is None) == ("serviceRole" not in given)


def test_fails_when_the_document_is_one_for_ecs(stack: Stack) -> None:
    """Fails when the document is for the other orchestrator, and names the right class."""
    with pytest.raises(ValueError, match="got one for UnmanagedEksComputeEnvironment: use that class"):
        UnmanagedComputeEnvironment.from_cli_json(stack, "Own", DOCUMENT)


def test_a_pod_runs_in_its_queue(stack: Stack) -> None:
    """Its nodes are unknown, so any pod may fit."""
    environment = own(stack, service_role=BatchServiceRole(stack, "Role"))
    queue = JobQueue(stack, "Queue", compute_environments=[environment])
    from aws_cdk import Size

    pod = EksContainer(image="busybox", vcpus=300, memory=Size.gibibytes(4_000))
    assert_can_run(EksJobDefinition(stack, "Job", containers=[pod]), queue)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"namespace": "kube-system"}, "namespace must be"),
        ({"unmanaged_vcpus": -1}, "unmanaged_vcpus must be"),
        ({"compute_environment_name": "!"}, "compute_environment_name must be"),
    ],
)
def test_fails_when_aws_would_refuse_it(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails when AWS Batch would refuse an argument, before anything is in the tree."""
    cluster = bare(stack)
    before = len(stack.node.children)
    with pytest.raises(ValueError, match=message):
        UnmanagedEksComputeEnvironment(stack, "Own", **{"cluster": cluster, "namespace": "jobs", **arguments})
    assert len(stack.node.children) == before
