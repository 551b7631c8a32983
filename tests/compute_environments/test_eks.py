"""Environments on Amazon EKS: all kinds of clusters, access, and the order of resources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_cdk import App, BootstraplessSynthesizer, Duration, Environment, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_eks_v2 as eks_v2
from aws_cdk.assertions import Annotations, Match, Template
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from batch_constructs import (
    AccessEntryState,
    AllocationStrategy,
    BatchLaunchTemplate,
    Ec2ComputeEnvironment,
    EksComputeEnvironment,
    EksContainer,
    EksJobDefinition,
    EksNamespace,
    EksNamespaceAccess,
    EksNodeConfig,
    EksNodeRole,
    EksServiceAccount,
    ImageType,
    JobQueue,
    LaunchTemplateOverride,
    UnmanagedEksComputeEnvironment,
    UpdatePolicy,
    UserdataType,
)
from batch_constructs.facts import eks_access
from batch_constructs.testing import assert_can_run, assert_no_findings
from tests.compute_environments.test_ec2_family import arguments_of, words_of
from tests.test_foreign_judges import request_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk.interfaces.aws_eks import IClusterRef

    Only = Callable[[str], dict[str, Any]]

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
ENTRY = "AWS::EKS::AccessEntry"
MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
ASSOCIATION = "Custom::BatchNamespaceAccess"
CLEAN_UP = "Custom::BatchAccessEntryCleanUp"
ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/c"
KINDS = ["Namespace", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]


def layer(stack: Stack) -> Any:
    """Return a kubectl layer without its package."""
    from aws_cdk import aws_lambda

    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:kubectl:1"
    return aws_lambda.LayerVersion.from_layer_version_arn(stack, "Layer", arn)


def with_kubectl(stack: Stack, vpc: ec2.IVpc) -> eks_v2.Cluster:
    """Return a cluster of the newer L2, with a kubectl."""
    return eks_v2.Cluster(
        stack,
        "Cluster",
        vpc=vpc,
        version=eks_v2.KubernetesVersion.V1_34,
        default_capacity_type=eks_v2.DefaultCapacityType.NODEGROUP,
        default_capacity=0,
        kubectl_provider_options=eks_v2.KubectlProviderOptions(kubectl_layer=layer(stack)),
    )


def of_first_generation(stack: Stack, vpc: ec2.IVpc, **arguments: Any) -> eks.Cluster:
    """Return a cluster of the older L2."""
    return eks.Cluster(
        stack,
        "Cluster",
        vpc=vpc,
        version=eks.KubernetesVersion.V1_34,
        kubectl_layer=layer(stack),
        default_capacity=0,
        **arguments,
    )


def bare(stack: Stack) -> IClusterRef:
    """Return a cluster of which only the ARN is known."""
    return eks.CfnCluster.from_cluster_arn(stack, "Cluster", ARN)


def group(stack: Stack) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")


def imported(stack: Stack, vpc: ec2.IVpc, **arguments: Any) -> EksComputeEnvironment:
    """Return an environment for a cluster that somebody else made and prepared; arguments can be changed."""
    cluster = arguments.pop("cluster", None) or bare(stack)
    given_ = {
        "cluster": cluster,
        "namespace": arguments.pop("namespace", None)
        or EksNamespace(stack, "Namespace", cluster=cluster, namespace="jobs", apply=False),
        "vpc": vpc,
        "security_groups": [group(stack)],
        **arguments,
    }
    return EksComputeEnvironment(stack, "Environment", **given_)


def resources(stack: Stack, kind: str) -> dict[str, dict[str, Any]]:
    return {name: dict(each) for name, each in Template.from_stack(stack).find_resources(kind).items()}


def the(stack: Stack, kind: str) -> dict[str, Any]:
    [found] = resources(stack, kind).values()
    return found


def kinds_of(manifest: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in json.loads(manifest["Properties"]["Manifest"])]


def entries(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return the access entries of this library; the CDK makes one for its kubectl."""
    return {name: each for name, each in resources(stack, ENTRY).items() if "Admin" not in name}


def warnings(stack: Stack) -> list[str]:
    pattern = Match.string_like_regexp("batch-constructs:")
    return [str(each.entry.data) for each in Annotations.from_stack(stack).find_warning("*", pattern)]


def test_a_cluster_made_here_gets_all_that_it_needs(stack: Stack, vpc: ec2.IVpc) -> None:
    """Troubleshooting T13 to T19: namespace, rights, access and role exist before the environment, and outlive it."""
    EksComputeEnvironment(stack, "Environment", cluster=with_kubectl(stack, vpc), namespace="jobs")
    environment = the(stack, ENVIRONMENT)
    properties = environment["Properties"]
    arn = properties["EksConfiguration"].pop("EksClusterArn")
    assert arn["Fn::GetAtt"][1] == "Arn"
    # On a cluster of mode API AWS Batch makes its access entry itself.
    assert properties["EksConfiguration"] == {"KubernetesNamespace": "jobs"}
    assert properties["ComputeResources"]["SecurityGroupIds"] == [
        {"Fn::GetAtt": [arn["Fn::GetAtt"][0], "ClusterSecurityGroupId"]}
    ]
    assert properties["ComputeResources"]["Subnets"] == ["subnet-1", "subnet-2"]
    assert "ServiceRole" not in properties
    [(entry, of_nodes)] = entries(stack).items()
    assert of_nodes["Properties"]["Type"] == "EC2_LINUX"
    [manifest] = (name for name in resources(stack, MANIFEST) if "Namespace" in name)
    assert {entry, manifest} <= set(environment["DependsOn"])
    # If AWS Batch gets access by an access entry, Kubernetes' roles are bypassed, and EKS's policy is used instead.
    assert kinds_of(resources(stack, MANIFEST)[manifest]) == ["Namespace"]
    assert the(stack, ASSOCIATION)["Properties"]["Namespace"] == "jobs"
    assert warnings(stack) == []


def test_jobs_come_after_the_policy_and_the_entry_goes_after_the_environment(
    stack: Stack, vpc: ec2.IVpc
) -> None:
    """Without ``AWSBatchNamespacePolicy`` jobs stay RUNNABLE; deleted last, the environment would leave its entry."""
    environment = imported(stack, vpc)
    JobQueue(stack, "Queue", compute_environments=[environment])
    [(associated, association)] = resources(stack, ASSOCIATION).items()
    [(cleaning, clean_up)] = resources(stack, CLEAN_UP).items()
    [(name, made)] = resources(stack, ENVIRONMENT).items()
    assert the(stack, "AWS::Batch::JobQueue")["DependsOn"] == [associated]
    assert cleaning in made["DependsOn"]
    assert association["Properties"]["ComputeEnvironment"] == {"Fn::GetAtt": [name, "ComputeEnvironmentArn"]}
    said = {key: clean_up["Properties"][key] for key in ("Cluster", "ClusterArn", "Namespace")}
    assert said == {"Cluster": "c", "ClusterArn": ARN, "Namespace": "jobs"}
    principal = json.dumps(clean_up["Properties"]["Principal"])
    assert ":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch" in principal
    assert "cluster-access-policy/AWSBatchNamespacePolicy" in json.dumps(association["Properties"]["Policy"])
    assert_no_findings(stack)


def test_its_function_may_touch_one_entry_and_one_policy(stack: Stack, vpc: ec2.IVpc) -> None:
    """It reads the cluster, changes only the entry of AWS Batch, and updates this environment only."""
    imported(stack, vpc)
    statements = [
        statement
        for name, each in resources(stack, "AWS::IAM::Policy").items()
        if "NamespaceAccess" in name
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ]
    by_action = {
        action: statement
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    wide = {action for action, statement in by_action.items() if statement["Resource"] == "*"}
    assert wide == {"batch:DescribeComputeEnvironments"}
    assert "eks:CreateAccessEntry" not in by_action
    for action in ("eks:AssociateAccessPolicy", "eks:DeleteAccessEntry"):
        assert "access-entry/c/role/" in json.dumps(by_action[action]["Resource"])
        assert "/*AWSServiceRoleForBatch/*" in json.dumps(by_action[action]["Resource"])
    assert "AWSBatchNamespacePolicy" in json.dumps(by_action["eks:AssociateAccessPolicy"]["Condition"])
    [name] = resources(stack, ENVIRONMENT)
    resource = by_action["batch:UpdateComputeEnvironment"]["Resource"]
    assert resource == {"Fn::GetAtt": [name, "ComputeEnvironmentArn"]}


def test_its_function_keeps_its_rights_until_it_has_cleaned_up(stack: Stack, vpc: ec2.IVpc) -> None:
    """Pain: a role that loses its policy first leaves a stack that cannot be deleted (aws-cdk#29282, aws-cdk#32395)."""
    imported(stack, vpc)
    [clean_up] = resources(stack, CLEAN_UP).values()
    [association] = resources(stack, ASSOCIATION).values()
    rights, update = (
        next(name for name in resources(stack, "AWS::IAM::Policy") if part in name)
        for part in ("NamespaceAccessRoleDefaultPolicy", "NamespaceAccessUpdate")
    )
    assert rights in clean_up["DependsOn"]
    assert {rights, update} <= set(association["DependsOn"])


def test_an_l1_is_let_into_its_namespace_as_well(stack: Stack) -> None:
    """An L1 environment has no policy by itself, and a rule says what to add (EKS-20)."""
    cluster = bare(stack)
    own = batch.CfnComputeEnvironment(
        stack,
        "Own",
        type="MANAGED",
        eks_configuration=batch.CfnComputeEnvironment.EksConfigurationProperty(
            eks_cluster_arn=ARN,
            kubernetes_namespace="jobs",
            access_entry=batch.CfnComputeEnvironment.EksAccessEntryProperty(desired_state="ENABLED"),
        ),
    )
    EksNamespaceAccess(stack, "Access", compute_environment=own, cluster=cluster, namespace="jobs")
    [cleaning] = resources(stack, CLEAN_UP)
    assert the(stack, ENVIRONMENT)["DependsOn"] == [cleaning]
    assert len(resources(stack, ASSOCIATION)) == 1


def test_who_inherits_has_both(stack: Stack, vpc: ec2.IVpc) -> None:
    """With INHERIT_FROM_CLUSTER the entry or the ConfigMap may count, so the policy and Kubernetes' roles exist."""
    cluster = of_first_generation(stack, vpc, authentication_mode=eks.AuthenticationMode.API_AND_CONFIG_MAP)
    inherit = AccessEntryState.INHERIT_FROM_CLUSTER
    EksComputeEnvironment(stack, "Environment", cluster=cluster, namespace="jobs", access_entry=inherit)
    [manifest] = (each for name, each in resources(stack, MANIFEST).items() if name.startswith("Environment"))
    assert kinds_of(manifest) == KINDS
    assert len(resources(stack, ASSOCIATION)) == 1


def test_a_namespace_of_a_cluster_without_entries_has_roles(stack: Stack, vpc: ec2.IVpc) -> None:
    """On a cluster known to use its ConfigMap only, Kubernetes' roles count."""
    namespace = EksNamespace(stack, "Jobs", cluster=of_first_generation(stack, vpc), namespace="jobs")
    assert namespace.has_roles
    assert [each["kind"] for each in namespace.manifests] == KINDS


def test_fails_when_the_roles_that_count_are_not_in_the_namespace(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when an environment uses the ConfigMap, and its namespace was made for access entries."""
    with pytest.raises(ValueError, match="make its EksNamespace with access_entry=DISABLED"):
        imported(stack, vpc, access_entry=AccessEntryState.DISABLED)


def test_nodes_have_a_role_that_may_join_and_pull(stack: Stack, vpc: ec2.IVpc) -> None:
    """Troubleshooting T17: the role has the rights that the kubelet and the network plugin need, and none of ECS."""
    imported(stack, vpc)
    [role] = (
        each["Properties"] for name, each in resources(stack, "AWS::IAM::Role").items() if "Instance" in name
    )
    names = [json.dumps(each).rpartition("policy/")[2].strip('"]}') for each in role["ManagedPolicyArns"]]
    assert names == [
        "AmazonEKSWorkerNodePolicy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKS_CNI_Policy",
    ]


def test_an_imported_cluster_is_asked_for_its_access_entry(stack: Stack, vpc: ec2.IVpc) -> None:
    """Pain: EKS lets only AWS Batch make an entry for its service-linked role (terraform-provider-aws#36447)."""
    imported(stack, vpc)
    properties = the(stack, ENVIRONMENT)["Properties"]
    assert properties["EksConfiguration"] == {
        "EksClusterArn": ARN,
        "KubernetesNamespace": "jobs",
        "AccessEntry": {"DesiredState": "ENABLED"},
    }
    entry = the(stack, ENTRY)["Properties"]
    assert entry["ClusterName"] == "c"
    assert entry["PrincipalArn"]["Fn::GetAtt"][0].startswith("EnvironmentInstanceRole")


def test_the_older_l2_is_let_in_by_its_config_map(stack: Stack, vpc: ec2.IVpc) -> None:
    """Troubleshooting T18: aws-auth needs the service-linked role without its path, or jobs stay RUNNABLE."""
    EksComputeEnvironment(
        stack,
        "Environment",
        cluster=of_first_generation(stack, vpc),
        namespace="jobs",
        access_entry=AccessEntryState.DISABLED,
    )
    assert entries(stack) == {}
    [(name, config_map)] = [
        (name, each) for name, each in resources(stack, MANIFEST).items() if "AwsAuth" in name
    ]
    text = json.dumps(config_map["Properties"]["Manifest"])
    assert ":role/AWSServiceRoleForBatch" in text
    assert "aws-service-role" not in text
    assert "system:bootstrappers" in text
    environment = the(stack, ENVIRONMENT)
    assert name in environment["DependsOn"]
    assert environment["Properties"]["EksConfiguration"]["AccessEntry"] == {"DesiredState": "DISABLED"}


def test_the_older_l2_with_both_modes_has_access_entries(stack: Stack, vpc: ec2.IVpc) -> None:
    """On such a cluster AWS Batch makes its entry only with ``ENABLED``."""
    cluster = of_first_generation(stack, vpc, authentication_mode=eks.AuthenticationMode.API_AND_CONFIG_MAP)
    EksComputeEnvironment(stack, "Environment", cluster=cluster, namespace="jobs")
    configuration = the(stack, ENVIRONMENT)["Properties"]["EksConfiguration"]
    assert configuration["AccessEntry"] == {"DesiredState": "ENABLED"}
    assert len(entries(stack)) == 1


def test_an_imported_l2_with_kubectl_is_prepared(stack: Stack, vpc: ec2.IVpc) -> None:
    """Its network and security group are known, and the CDK applies the namespace."""
    from aws_cdk import aws_iam as iam

    cluster = eks.Cluster.from_cluster_attributes(
        stack,
        "Imported",
        cluster_name="c",
        vpc=vpc,
        cluster_security_group_id="sg-87654321",
        kubectl_role_arn="arn:aws:iam::123456789012:role/kubectl",
        kubectl_layer=layer(stack),
    )
    environment = EksComputeEnvironment(stack, "Environment", cluster=cluster, namespace="jobs")
    assert environment.namespace.applied
    capacity = the(stack, ENVIRONMENT)["Properties"]["ComputeResources"]
    assert capacity["SecurityGroupIds"] == ["sg-87654321"]
    assert isinstance(environment.instance_role, iam.Role)
    assert len(resources(stack, MANIFEST)) == 1


def test_a_namespace_that_nobody_applies_is_told_of(stack: Stack, vpc: ec2.IVpc) -> None:
    """Troubleshooting T15: without a kubectl the objects can be applied by hand, and a warning says so."""
    cluster = bare(stack)
    environment = imported(stack, vpc, cluster=cluster, namespace="jobs")
    assert not environment.namespace.applied
    assert any("apply to_json() of the namespace jobs" in each for each in warnings(stack))
    objects = json.loads(environment.namespace.to_json())
    assert objects["kind"] == "List"
    assert objects["items"] == eks_access.manifests("jobs", rbac=False)


def test_who_applies_it_is_not_warned(stack: Stack, vpc: ec2.IVpc) -> None:
    """``apply=False`` says that somebody else applies it."""
    imported(stack, vpc)
    assert warnings(stack) == []


def test_two_environments_share_a_namespace(stack: Stack, vpc: ec2.IVpc) -> None:
    """It is prepared once, and both environments depend on it."""
    cluster = with_kubectl(stack, vpc)
    namespace = EksNamespace(stack, "Jobs", cluster=cluster, namespace="jobs")
    role = EksNodeRole(stack, "Nodes", cluster=cluster)
    for spot in (True, False):
        EksComputeEnvironment(
            stack,
            "Spot" if spot else "OnDemand",
            cluster=cluster,
            namespace=namespace,
            spot=spot,
            instance_role=role,
        )
    assert len(entries(stack)) == 1
    [manifest] = (name for name in resources(stack, MANIFEST) if name.startswith("Jobs"))
    for each in resources(stack, ENVIRONMENT).values():
        assert manifest in each["DependsOn"]
        assert any(name.startswith("NodesAccessEntry") for name in each["DependsOn"])


def test_the_images_are_those_for_eks(stack: Stack, vpc: ec2.IVpc) -> None:
    """GPU types get NVIDIA's image, in the given version of Kubernetes."""
    imported(stack, vpc, instance_types=["g5.xlarge", "c7i"], kubernetes_version="1.33")
    assert the(stack, ENVIRONMENT)["Properties"]["ComputeResources"]["Ec2Configuration"] == [
        {"ImageType": "EKS_AL2023", "ImageKubernetesVersion": "1.33"},
        {"ImageType": "EKS_AL2023_NVIDIA", "ImageKubernetesVersion": "1.33"},
    ]


def test_an_image_of_your_own_joins_as_its_type_says(stack: Stack, vpc: ec2.IVpc) -> None:
    """badmintoncryer/cdk-preflight: AWS refuses UserdataType if the launch template names no image."""
    nodes = BatchLaunchTemplate(stack, "Nodes", user_data=[EksNodeConfig(max_pods=20)])
    imported(
        stack,
        vpc,
        instance_types=["c7i", "m7i"],
        image_ids={ImageType.EKS_AL2023: "ami-12345678"},
        launch_template=nodes,
        launch_template_overrides=[
            LaunchTemplateOverride(launch_template=nodes, target_instance_types=["m7i"])
        ],
    )
    template = the(stack, ENVIRONMENT)["Properties"]["ComputeResources"]["LaunchTemplate"]
    assert "UserdataType" not in template
    assert "UserdataType" not in template["Overrides"][0]
    assert_no_findings(stack)


def template_with_an_image(stack: Stack) -> ec2.CfnLaunchTemplate:
    data = ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(image_id="ami-12345678")
    return ec2.CfnLaunchTemplate(stack, "Baked", launch_template_data=data)


def test_a_launch_template_with_an_image_joins_by_nodeadm(stack: Stack, vpc: ec2.IVpc) -> None:
    """Pain 10: Amazon Linux 2023 has no bootstrap.sh, which AWS Batch would call by default (LT-11)."""
    nodes = template_with_an_image(stack)
    imported(
        stack,
        vpc,
        instance_types=["c7i", "m7i"],
        launch_template=nodes,
        launch_template_overrides=[
            LaunchTemplateOverride(launch_template=nodes, target_instance_types=["m7i"])
        ],
        userdata_type=UserdataType.EKS_NODEADM,
    )
    template = the(stack, ENVIRONMENT)["Properties"]["ComputeResources"]["LaunchTemplate"]
    assert template["UserdataType"] == "EKS_NODEADM"
    assert template["Overrides"][0]["UserdataType"] == "EKS_NODEADM"
    assert_no_findings(stack)


@pytest.mark.parametrize("own", [False, True])
def test_fails_when_nodes_are_told_how_to_join_without_an_image(
    stack: Stack, vpc: ec2.IVpc, *, own: bool
) -> None:
    """badmintoncryer/cdk-preflight: `userdataType … is only allowed when the launch template has an imageId`."""
    template = {"launch_template": BatchLaunchTemplate(stack, "Nodes")} if own else {}
    with pytest.raises(ValueError, match="userdata_type needs a launch template that names the image"):
        imported(stack, vpc, userdata_type=UserdataType.EKS_NODEADM, **template)


def test_the_strategy_on_spot_is_the_one_that_aws_names_for_eks(stack: Stack, vpc: ec2.IVpc) -> None:
    """AWS Batch on EKS needs one, and not BEST_FIT (AS-03)."""
    imported(stack, vpc, spot=True)
    capacity = the(stack, ENVIRONMENT)["Properties"]["ComputeResources"]
    assert (capacity["Type"], capacity["AllocationStrategy"]) == ("SPOT", "SPOT_CAPACITY_OPTIMIZED")


def test_every_member_of_the_schema_has_an_argument(stack: Stack, vpc: ec2.IVpc) -> None:
    """Every member of CloudFormation's schema for environments on EKS has an argument, except those for others."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    nodes = template_with_an_image(stack)
    imported(
        stack,
        vpc,
        spot=True,
        bid_percentage=80,
        instance_types=["c7i", "m7i"],
        min_vcpus=1,
        scale_down_delay=Duration.hours(1),
        kubernetes_version="1.34",
        image_ids={ImageType.EKS_AL2023: "ami-12345678"},
        userdata_type=UserdataType.EKS_NODEADM,
        launch_template=nodes,
        launch_template_overrides=[
            LaunchTemplateOverride(launch_template=nodes, target_instance_types=["m7i"])
        ],
        placement_group=ec2.PlacementGroup(stack, "Near"),
        key_pair=ec2.KeyPair.from_key_pair_name(stack, "Key", "mine"),
        instance_tags={"team": "genomics"},
        update_policy=UpdatePolicy(terminate_jobs_on_update=True),
        update_to_latest_image_version=True,
        compute_environment_name="nodes",
        context="reserved",
    )
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", ENVIRONMENT).schema
    structs = schema["definitions"]

    def unsaid(struct: dict[str, Any], value: dict[str, Any]) -> set[str]:
        found = set(struct["properties"]) - set(value)
        for member, form in struct["properties"].items():
            name = (form.get("$ref") or form.get("items", {}).get("$ref") or "").rpartition("/")[2]
            if name and member in value:
                first = value[member][0] if isinstance(value[member], list) else value[member]
                found |= {f"{member}.{each}" for each in unsaid(structs[name], first)}
        return found

    assert unsaid(schema, the(stack, ENVIRONMENT)["Properties"]) == {
        "ComputeEnvironmentArn",  # set by AWS
        "EksConfiguration.AccessEntry.Status",
        "ComputeResources.Ec2Configuration.BatchImageStatus",
        "Tags",  # create-only: they would replace the environment
        "ServiceRole",  # for ECS
        "EcsSettings",
        "UnmanagedvCpus",
        "ComputeResources.ImageId",  # deprecated for ImageIdOverride
        "ComputeResources.LaunchTemplate.LaunchTemplateName",  # the id is used
        "ComputeResources.LaunchTemplate.Overrides.LaunchTemplateName",
        "ComputeResources.DesiredvCpus",  # refused on EKS
        "ComputeResources.SpotIamFleetRole",  # for BEST_FIT
        "ComputeResources.ManagedInstancesProvider",  # for managed instances
        "ComputeResources.CapacityTags",
    }


def test_a_queue_takes_it_and_its_jobs_run(stack: Stack, vpc: ec2.IVpc) -> None:
    """The rules about fit subtract the resources that the kubelet keeps on nodes of EKS."""
    queue = JobQueue(stack, "Queue", compute_environments=[imported(stack, vpc, instance_types=["c5.large"])])
    fits, not_quite = (
        EksJobDefinition(
            stack,
            f"Job{number}",
            containers=[EksContainer(image="busybox", vcpus=vcpus, memory=Size.mebibytes(512))],
        )
        for number, vcpus in enumerate((1.75, 2))
    )
    assert_can_run(fits, queue)
    with pytest.raises(AssertionError, match="FIT-"):
        assert_can_run(not_quite, queue)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"namespace": "default"}, "namespace must be"),
        ({"namespace": "kube-system"}, "namespace must be"),
        ({"vpc": None}, "vpc must be given: this cluster does not know its own"),
        ({"security_groups": None}, "security_groups must be given: this cluster does not know its own"),
        ({"allocation_strategy": AllocationStrategy.BEST_FIT}, "must not be BEST_FIT on Amazon EKS"),
        (
            {"allocation_strategy": AllocationStrategy.SPOT_CAPACITY_OPTIMIZED},
            "allocation_strategy must be one",
        ),
        ({"image_types": [ImageType.ECS_AL2023]}, "images must be for Amazon EKS, got ECS_AL2023"),
        ({"kubernetes_version": "v1.34"}, "kubernetes_version must be a version of Kubernetes such as 1.34"),
        ({"bid_percentage": 50}, "bid_percentage needs Spot"),
        ({"max_vcpus": 0}, "max_vcpus must be"),
    ],
)
def test_fails_when_aws_would_refuse_it(
    stack: Stack, vpc: ec2.IVpc, arguments: dict[str, Any], message: str
) -> None:
    """Fails when AWS Batch would refuse an argument, before anything is in the tree."""
    cluster = bare(stack)
    security = group(stack)
    before = len(stack.node.children)
    given_ = {"cluster": cluster, "namespace": "jobs", "vpc": vpc, "security_groups": [security], **arguments}
    with pytest.raises(ValueError, match=message):
        EksComputeEnvironment(stack, "Environment", **given_)
    assert len(stack.node.children) == before


def test_fails_when_images_for_eks_are_on_ecs(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when an environment on ECS is given an image for EKS (AMI-04)."""
    with pytest.raises(ValueError, match="images must be for ECS, got EKS_AL2023"):
        Ec2ComputeEnvironment(stack, "Environment", vpc=vpc, image_types=[ImageType.EKS_AL2023])


def test_fails_when_the_cluster_lets_in_by_other_means(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when a cluster has no access entries but needs them, or no ConfigMap but needs it."""
    older = of_first_generation(stack, vpc)
    with pytest.raises(
        ValueError, match="access_entry must be DISABLED for a cluster that gives access by its ConfigMap"
    ):
        EksComputeEnvironment(stack, "One", cluster=older, namespace="jobs")
    newer = with_kubectl(Stack(stack, "Inner"), vpc)
    with pytest.raises(
        ValueError, match="must not be DISABLED for a cluster that gives access by access entries only"
    ):
        EksComputeEnvironment(
            stack, "Two", cluster=newer, namespace="jobs", access_entry=AccessEntryState.DISABLED
        )


def test_fails_when_a_namespace_is_prepared_twice(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when two environments would each make the namespace: Kubernetes would refuse the second at deploy."""
    cluster = with_kubectl(stack, vpc)
    EksComputeEnvironment(stack, "One", cluster=cluster, namespace="jobs")
    before = len(stack.node.children)
    with pytest.raises(ValueError, match="make one EksNamespace, and give it to each environment"):
        EksComputeEnvironment(stack, "Two", cluster=cluster, namespace="jobs")
    with pytest.raises(ValueError, match="is prepared once, got 'jobs' again"):
        EksNamespace(stack, "Three", cluster=cluster, namespace="jobs")
    assert len(stack.node.children) == before


def test_fails_when_a_namespace_is_one_of_another_cluster(stack: Stack, vpc: ec2.IVpc) -> None:
    """Fails when the environment and its namespace are of different clusters."""
    other = eks.CfnCluster.from_cluster_arn(stack, "Other", f"{ARN}2")
    namespace = EksNamespace(stack, "OtherJobs", cluster=other, namespace="jobs", apply=False)
    with pytest.raises(ValueError, match="namespace must be one of the cluster, got 'jobs' of another"):
        imported(stack, vpc, namespace=namespace)


def test_fails_when_there_is_no_kubectl_to_apply_with(stack: Stack) -> None:
    """Fails when the CDK shall apply to a cluster for which it has no kubectl."""
    with pytest.raises(ValueError, match="apply needs a cluster with a kubectl of the CDK"):
        EksNamespace(stack, "Namespace", cluster=bare(stack), namespace="jobs", apply=True)


def test_roles_that_nobody_maps_are_told_of(stack: Stack, vpc: ec2.IVpc) -> None:
    """The CDK cannot write the ConfigMap of an imported cluster, so a warning says who must."""
    cluster, by_config_map = bare(stack), AccessEntryState.DISABLED
    namespace = EksNamespace(
        stack, "Namespace", cluster=cluster, namespace="jobs", access_entry=by_config_map, apply=False
    )
    imported(stack, vpc, cluster=cluster, namespace=namespace, access_entry=by_config_map)
    assert resources(stack, ASSOCIATION) == {}
    [warning] = warnings(stack)
    assert "map AWSServiceRoleForBatch, without its path, to the user aws-batch" in warning
    assert entries(stack) == {}


def test_an_existing_namespace_gets_the_rights_only(stack: Stack) -> None:
    """``create_namespace=False`` leaves it to its owner."""
    namespace = EksNamespace(
        stack,
        "Namespace",
        cluster=bare(stack),
        namespace="jobs",
        create_namespace=False,
        access_entry=AccessEntryState.DISABLED,
        apply=False,
    )
    assert [each["kind"] for each in namespace.manifests] == KINDS[1:]


def test_an_existing_namespace_needs_nothing_where_an_entry_lets_in(stack: Stack) -> None:
    """Nothing has to be applied then, so there is no warning."""
    namespace = EksNamespace(
        stack, "Namespace", cluster=bare(stack), namespace="jobs", create_namespace=False
    )
    assert namespace.manifests == []
    assert warnings(stack) == []


def test_the_same_argument_means_the_same_as_on_ecs() -> None:
    """Type, default and words equal those of the plain environment, except if EKS means something else."""
    ours, theirs = arguments_of(EksComputeEnvironment), arguments_of(Ec2ComputeEnvironment)
    shared = ours.keys() & theirs.keys()
    different = {name for name in shared if ours[name] != theirs[name]}
    assert different == {"vpc", "allocation_strategy", "instance_role"}
    mine, plain = words_of(EksComputeEnvironment), words_of(Ec2ComputeEnvironment)
    assert {name for name in mine.keys() & plain.keys() if mine[name] != plain[name]} == different | {
        "security_groups",
        "image_ids",
        "launch_template",
    }
    # The launch template of ECS instances has these; nodes need a launch template of your own for them.
    booting = {"aws_cli", "mounts", "storage"}
    assert theirs.keys() - ours.keys() == {"container_insights", "service_role", *booting}


environments = st.fixed_dictionaries(
    {},
    optional={
        "instance_types": st.lists(
            st.sampled_from(["c7i", "m7i.large", "g5", "default_x86_64", "c7g.large"]),
            max_size=3,
            unique=True,
        ),
        "spot": st.booleans(),
        "min_vcpus": st.integers(-1, 20),
        "max_vcpus": st.integers(0, 500),
        "scale_down_delay": st.integers(0, 40).map(Duration.minutes),
        "allocation_strategy": st.sampled_from(AllocationStrategy),
        "bid_percentage": st.integers(0, 110),
        "kubernetes_version": st.sampled_from(["1.34", "1.30", "v1.34"]),
        "image_types": st.lists(st.sampled_from(ImageType), max_size=2, unique=True),
        "image_ids": st.dictionaries(st.sampled_from(ImageType), st.just("ami-12345678"), max_size=2),
        "userdata_type": st.sampled_from(UserdataType),
        "instance_tags": st.dictionaries(st.sampled_from(["team", "aws:x"]), st.just("a")),
        "access_entry": st.sampled_from(AccessEntryState),
        "enabled": st.booleans(),
        "replace_compute_environment": st.booleans(),
        "update_to_latest_image_version": st.booleans(),
        "compute_environment_name": st.sampled_from(["nodes", "!"]),
    },
)


def test_an_environment_is_refused_at_once_or_by_nobody() -> None:
    """Any arguments give a ValueError and nothing else, or an environment that all judges accept."""
    from cfnlint.api import lint

    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    shape = model.operation_model("CreateComputeEnvironment").input_shape
    tried = Counter[str]()

    # Each example is a stack, so shrinking a failing one would take minutes.
    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.lists(environments, min_size=20, max_size=40))
    def judge(drawn: list[dict[str, Any]]) -> None:
        stack = Stack(
            App(context={"batch-constructs:checks": False}), "Stack", synthesizer=BootstraplessSynthesizer()
        )
        vpc = ec2.Vpc.from_vpc_attributes(
            stack,
            "Vpc",
            vpc_id="vpc-12345678",
            availability_zones=["eu-west-1a"],
            private_subnet_ids=["subnet-12345678"],
        )
        security = group(stack)
        for number, arguments in enumerate(drawn):
            cluster = eks.CfnCluster.from_cluster_arn(stack, f"Cluster{number}", f"{ARN}{number}")
            try:
                EksComputeEnvironment(
                    stack,
                    f"Environment{number}",
                    cluster=cluster,
                    namespace="jobs",
                    vpc=vpc,
                    security_groups=[security],
                    **arguments,
                )
            except ValueError:
                tried["refused"] += 1
                continue
            tried["accepted"] += 1
        template = dict(Template.from_stack(stack).to_json())
        if not template.get("Resources"):
            return
        for resource in template["Resources"].values():
            if resource["Type"] == ENVIRONMENT:
                request = {"computeEnvironmentName": "name", **request_of(resource["Properties"])}
                capacity = request["computeResources"]
                # CloudFormation's own.
                capacity.pop("updateToLatestImageVersion", None)
                request.pop("updatePolicy", None)
                report = ParamValidator().validate(request, shape)
                assert not report.has_errors(), report.generate_report()
        assert [str(match) for match in lint(json.dumps(template))] == []
        assert_no_findings(stack)

    judge()
    assert min(tried["refused"], tried["accepted"]) > 10, tried


def test_a_grant_to_a_service_account_is_one_to_its_pods(stack: Stack, vpc: ec2.IVpc) -> None:
    """Only this cluster's pods of this account assume the role, and Kubernetes' object comes after its namespace."""
    from aws_cdk import aws_s3 as s3

    namespace = EksNamespace(stack, "Jobs", cluster=with_kubectl(stack, vpc), namespace="jobs")
    account = EksServiceAccount(stack, "Training", namespace=namespace)
    s3.Bucket.from_bucket_name(stack, "Data", "data").grant_read(account)
    association = the(stack, "AWS::EKS::PodIdentityAssociation")["Properties"]
    assert (association["Namespace"], association["ServiceAccount"]) == ("jobs", "training")
    [role] = association["RoleArn"]["Fn::GetAtt"][:1]
    [statement, *_] = resources(stack, "AWS::IAM::Role")[role]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] == "training"
    policies = [each["Properties"]["Roles"] for each in resources(stack, "AWS::IAM::Policy").values()]
    assert [{"Ref": role}] in policies
    [applied] = [each for name, each in resources(stack, MANIFEST).items() if name.startswith("Training")]
    assert json.loads(applied["Properties"]["Manifest"])[0]["kind"] == "ServiceAccount"
    assert any(name.startswith("JobsManifest") for name in applied["DependsOn"])


def test_a_service_account_of_a_cluster_elsewhere_is_applied_by_hand(stack: Stack) -> None:
    """AWS makes the association; Kubernetes' object can be applied by hand."""
    namespace = EksNamespace(stack, "Jobs", cluster=bare(stack), namespace="jobs", apply=False)
    account = EksServiceAccount(stack, "Account", namespace=namespace, service_account_name="training")
    assert resources(stack, MANIFEST) == {}
    assert account.manifest["metadata"] == {"name": "training", "namespace": "jobs"}
    assert the(stack, "AWS::EKS::PodIdentityAssociation")["Properties"]["ClusterName"] == "c"


def test_fails_when_kubernetes_knows_no_such_account(stack: Stack) -> None:
    """Fails when Kubernetes would refuse the name."""
    namespace = EksNamespace(stack, "Jobs", cluster=bare(stack), namespace="jobs", apply=False)
    with pytest.raises(ValueError, match="service_account_name must be a DNS subdomain"):
        EksServiceAccount(stack, "Account", namespace=namespace, service_account_name="Not_A_Name")


STRICT = """
import aws_cdk as cdk
from aws_cdk import aws_ec2, aws_eks
import batch_constructs as bc

app = cdk.App()
stack = cdk.Stack(app, "Stack")
vpc = bc.BatchNetwork(stack, "Network").vpc
cluster = aws_eks.CfnCluster.from_cluster_arn(stack, "C", "arn:aws:eks:eu-west-1:123456789012:cluster/c")
bc.EksComputeEnvironment(
    stack,
    "Environment",
    cluster=cluster,
    namespace=bc.EksNamespace(stack, "Namespace", cluster=cluster, namespace="jobs", apply=False),
    vpc=vpc,
    security_groups=[aws_ec2.SecurityGroup(stack, "Group", vpc=vpc)],
)
app.synth()
"""


def test_the_cdks_strict_validation_knows_that_its_schema_is_older(tmp_path: Path) -> None:
    """Its copy of the schema lacks AccessEntry, which CloudFormation takes, so synth needs the acknowledgment."""
    flags = json.dumps({"@aws-cdk/core:validateAgainstDefaultRules": True})
    environment = {"CDK_OUTDIR": str(tmp_path), "CDK_CONTEXT_JSON": flags, "CDK_VALIDATION": "true"}
    done = subprocess.run(
        [sys.executable, "-c", STRICT],
        env={**os.environ, **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "AccessEntry" in (tmp_path / "Stack.template.json").read_text(encoding="utf-8")


def test_fails_when_the_cluster_is_in_another_region(vpc: ec2.IVpc) -> None:
    """Fails when both Regions are known and differ, as AWS would refuse it."""
    stack = Stack(App(), "There", env=Environment(region="us-east-1", account="123456789012"))
    with pytest.raises(ValueError, match="cluster must be in the Region"):
        UnmanagedEksComputeEnvironment(stack, "Own", cluster=bare(stack), namespace="jobs")
    with pytest.raises(ValueError, match="cluster must be in the Region"):
        EksComputeEnvironment(
            stack,
            "Environment",
            cluster=bare(Stack(stack, "Inner")),
            namespace="jobs",
            vpc=ec2.Vpc.from_vpc_attributes(
                stack,
                "Vpc",
                vpc_id="vpc-12345678",
                availability_zones=["us-east-1a"],
                private_subnet_ids=["subnet-12345678"],
            ),
            security_groups=[group(stack)],
        )
