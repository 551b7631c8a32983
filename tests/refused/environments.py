"""What AWS Batch refuses of compute environments."""

from __future__ import annotations

from tests.preflight import ACCOUNT
from tests.refused.bases import CLUSTER, ELSEWHERE, GROUP, LEFT_OUT, ROLE, arn, table

_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
_OVERRIDE = {"LaunchTemplateId": "lt-0123456789abcdef0", "TargetInstanceTypes": ["m6i"]}
_CE = "Ce.ComputeResources."

ENVIRONMENTS = table(
    {
        "batch-ce-allocation-strategy-compute-type": (
            "ec2",
            {f"{_CE}AllocationStrategy": "SPOT_CAPACITY_OPTIMIZED"},
            "AS-01",
        ),
        "batch-ce-bid-percentage-range": ("spot", {f"{_CE}BidPercentage": 101}, "CE-05"),
        "batch-ce-desired-vcpus-range": ("ec2", {f"{_CE}DesiredvCpus": 17}, "CE-08"),
        "batch-ce-ec2-config-image-type-eol": (
            "ec2",
            {f"{_CE}Ec2Configuration": [{"ImageType": "ECS_AL2"}]},
            "AMI-08",
        ),
        "batch-ce-ec2-config-image-type": (
            "ec2",
            {f"{_CE}Ec2Configuration": [{"ImageType": "EKS_AL2023"}]},
            "AMI-04",
        ),
        "batch-ce-eks-allocation-strategy": ("on eks", {f"{_CE}AllocationStrategy": LEFT_OUT}, "AS-03"),
        "batch-ce-eks-cluster-arn-format": (
            "on eks",
            {"Ce.EksConfiguration.EksClusterArn": "jobs"},
            "EKS-13",
        ),
        "batch-ce-eks-cluster-arn-region": (
            "on eks",
            {"Ce.EksConfiguration.EksClusterArn": arn("cluster", service="eks", region=ELSEWHERE)},
            "EKS-13",
        ),
        "batch-ce-eks-compute-type": (
            "fargate",
            {"Ce.EksConfiguration": {"EksClusterArn": CLUSTER, "KubernetesNamespace": "jobs"}},
            "EKS-17",
        ),
        "batch-ce-eks-min-vcpus": ("on eks", {f"{_CE}MinvCpus": LEFT_OUT}, "EKS-21"),
        "batch-ce-eks-namespace-default": (
            "on eks",
            {"Ce.EksConfiguration.KubernetesNamespace": "default"},
            "EKS-13",
        ),
        "batch-ce-eks-namespace-format": (
            "on eks",
            {"Ce.EksConfiguration.KubernetesNamespace": "my_jobs"},
            "EKS-13",
        ),
        "batch-ce-eks-namespace-kube-prefix": (
            "on eks",
            {"Ce.EksConfiguration.KubernetesNamespace": "kube-jobs"},
            "EKS-13",
        ),
        "batch-ce-eks-namespace-length": (
            "on eks",
            {"Ce.EksConfiguration.KubernetesNamespace": "j" * 64},
            "EKS-13",
        ),
        "batch-ce-fargate-security-groups-max": (
            "fargate",
            {f"{_CE}SecurityGroupIds": [f"{GROUP[:-1]}{n}" for n in range(6)]},
            "CE-09",
        ),
        "batch-ce-fargate-subnets-max": (
            "fargate",
            {f"{_CE}Subnets": [f"subnet-{n:08x}" for n in range(17)]},
            "CE-11",
        ),
        "batch-ce-instance-role-required": ("ec2", {f"{_CE}InstanceRole": LEFT_OUT}, "IAM-03"),
        "batch-ce-instance-types-architecture": ("ec2", {f"{_CE}InstanceTypes": ["c6i", "c7g"]}, "CE-10"),
        "batch-ce-instance-types-required": ("ec2", {f"{_CE}InstanceTypes": []}, "CE-10"),
        "batch-ce-launch-template-id-or-name": (
            "template",
            {f"{_CE}LaunchTemplate.LaunchTemplateName": "jobs"},
            "LT-02",
        ),
        "batch-ce-launch-template-override-id-or-name": (
            "template",
            {f"{_CE}LaunchTemplate.Overrides[0].LaunchTemplateName": "jobs"},
            "LT-08",
        ),
        "batch-ce-launch-template-override-target-overlap": (
            "template",
            {f"{_CE}LaunchTemplate.Overrides[1]": {**_OVERRIDE, "TargetInstanceTypes": ["c6i"]}},
            "LT-10",
        ),
        "batch-ce-launch-template-override-target-subset": (
            "template",
            {f"{_CE}LaunchTemplate.Overrides[0].TargetInstanceTypes": ["r6i"]},
            "LT-09",
        ),
        "batch-ce-launch-template-override-targets": (
            "template",
            {f"{_CE}LaunchTemplate.Overrides[0].TargetInstanceTypes": LEFT_OUT},
            "LT-09",
        ),
        "batch-ce-launch-template-overrides-max": (
            "template",
            {
                f"{_CE}InstanceTypes": [f"c6i.{n}xlarge" for n in (2, 4, 8, 12, 16, 24, 32)]
                + [f"m6i.{n}xlarge" for n in (2, 4, 8, 12)],
                f"{_CE}LaunchTemplate.Overrides": [
                    {**_OVERRIDE, "TargetInstanceTypes": [name]}
                    for name in [f"c6i.{n}xlarge" for n in (2, 4, 8, 12, 16, 24, 32)]
                    + [f"m6i.{n}xlarge" for n in (2, 4, 8, 12)]
                ],
            },
            "LT-07",
        ),
        "batch-ce-launch-template-userdata-type": (
            "own template",
            {f"{_CE}LaunchTemplate.UserdataType": "EKS_BOOTSTRAP_SH"},
            "LT-11",
        ),
        "batch-ce-launch-template-version": ("template", {f"{_CE}LaunchTemplate.Version": "latest"}, "LT-03"),
        "batch-ce-min-vcpus-negative": ("ec2", {f"{_CE}MinvCpus": -1}, "CE-08"),
        "batch-ce-name": ("ec2", {"Ce.ComputeEnvironmentName": "my jobs"}, "NAME-01"),
        "batch-ce-ordered-strategy-instance-bundles": (
            "ec2",
            {
                f"{_CE}AllocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED",
                f"{_CE}InstanceTypes": ["default_x86_64"],
            },
            "AS-07",
        ),
        "batch-ce-security-groups-required": ("ec2", {f"{_CE}SecurityGroupIds": LEFT_OUT}, "CE-09"),
        "batch-ce-spot-fleet-role": ("spot", {f"{_CE}AllocationStrategy": LEFT_OUT}, "IAM-04"),
        "batch-ce-state-enabled": ("ec2", {"Ce.State": "DISABLED"}, "CE-01"),
        "batch-ce-unmanaged-service-linked-role": ("unmanaged", {"Ce.ServiceRole": _LINKED}, "CE-02"),
        "batch-ce-unmanaged-service-role": ("unmanaged", {"Ce.ServiceRole": LEFT_OUT}, "CE-02"),
        "batch-ce-unmanaged-vcpus": ("ec2", {"Ce.UnmanagedvCpus": 4}, "CE-03"),
        "batch-ce-vcpus-order": ("ec2", {f"{_CE}MinvCpus": 32}, "CE-08"),
        "batch-fargate-ce-fields": ("fargate", {f"{_CE}MinvCpus": 0}, "CE-12"),
        "batch-managed-compute-resources": ("ec2", {"Ce.ComputeResources": LEFT_OUT}, "CE-04"),
        "batch-unmanaged-fargate": ("fargate", {"Ce.Type": "UNMANAGED", "Ce.ServiceRole": ROLE}, "CE-06"),
    }
)
