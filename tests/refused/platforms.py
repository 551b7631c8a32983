"""What AWS Batch refuses of job definitions for Fargate and for Amazon EKS."""

from __future__ import annotations

from tests.refused.bases import BASES, LEFT_OUT, POD_CONTAINER, table

_C = "Job.ContainerProperties."
_P = "Job.EksProperties.PodProperties."
_ONE = f"{_P}Containers[0]."
_LIMITS = f"{_ONE}Resources.Limits."
_AMOUNTS = f"{_C}ResourceRequirements"
_EFS = {
    f"{_C}Volumes": [{"Name": "files", "EfsVolumeConfiguration": {"FileSystemId": "fs-0123456789abcdef0"}}],
    f"{_C}MountPoints": [{"SourceVolume": "files", "ContainerPath": "/files"}],
}
_PLATFORM = f"{_C}RuntimePlatform."


def _resources(**sides: dict[str, str]) -> dict[str, object]:
    return {f"{_ONE}Resources": sides}


PLATFORMS = table(
    {
        "batch-fargate-cpu-memory": ("fargate job", {f"{_AMOUNTS}[1].Value": "512"}, "FGT-01"),
        "batch-fargate-execution-role": ("fargate job", {f"{_C}ExecutionRoleArn": LEFT_OUT}, "FGT-02"),
        "batch-fargate-multinode": ("nodes", {"Job.PlatformCapabilities": ["FARGATE"]}, "JD-02"),
        "batch-jd-fargate-efs-platform-version": (
            "fargate job",
            {**_EFS, f"{_C}FargatePlatformConfiguration.PlatformVersion": "1.3.0"},
            "VOL-05",
        ),
        "batch-jd-fargate-ephemeral-storage-range": (
            "fargate job",
            {f"{_C}EphemeralStorage.SizeInGiB": 20},
            "FGT-08",
        ),
        "batch-jd-fargate-linux-devices": (
            "fargate job",
            {f"{_C}LinuxParameters.Devices": [{"HostPath": "/dev/fuse"}]},
            "FGT-03",
        ),
        "batch-jd-fargate-log-driver": (
            "fargate job",
            {f"{_C}LogConfiguration.LogDriver": "json-file"},
            "FGT-05",
        ),
        "batch-jd-fargate-max-swap": ("fargate job", {f"{_C}LinuxParameters.MaxSwap": 64}, "FGT-03"),
        "batch-jd-fargate-platform-config-on-ec2": (
            "job",
            {f"{_C}FargatePlatformConfiguration.PlatformVersion": "LATEST"},
            "FGT-07",
        ),
        "batch-jd-fargate-privileged": ("fargate job", {f"{_C}Privileged": True}, "FGT-04"),
        "batch-jd-fargate-shared-memory-size": (
            "fargate job",
            {f"{_C}LinuxParameters.SharedMemorySize": 64},
            "FGT-03",
        ),
        "batch-jd-fargate-swappiness": ("fargate job", {f"{_C}LinuxParameters.Swappiness": 60}, "FGT-03"),
        "batch-jd-fargate-tmpfs": (
            "fargate job",
            {f"{_C}LinuxParameters.Tmpfs": [{"ContainerPath": "/tmp", "Size": 64}]},
            "FGT-03",
        ),
        "batch-jd-fargate-ulimits": (
            "fargate job",
            {f"{_C}Ulimits": [{"Name": "nofile", "SoftLimit": 1024, "HardLimit": 1024}]},
            "FGT-03",
        ),
        "batch-jd-fargate-volume-host-source-path": (
            "fargate job",
            {f"{_C}Volumes": [{"Name": "files", "Host": {"SourcePath": "/data"}}]},
            "VOL-01",
        ),
        "batch-jd-resource-requirements-gpu-not-fargate": (
            "fargate job",
            {f"{_AMOUNTS}[2]": {"Type": "GPU", "Value": "1"}},
            "GPU-01",
        ),
        "batch-jd-runtime-platform-cpu-arch-value": (
            "fargate job",
            {f"{_PLATFORM}CpuArchitecture": "RISCV"},
            "WIN-03",
        ),
        "batch-jd-runtime-platform-os-family-value": (
            "fargate job",
            {f"{_PLATFORM}OperatingSystemFamily": "MACOS"},
            "WIN-02",
        ),
        "batch-jd-runtime-platform-windows-vcpu-min": (
            "windows job",
            {f"{_AMOUNTS}[0].Value": "0.5", f"{_AMOUNTS}[1].Value": "1024"},
            "JD-08",
        ),
        "batch-jd-runtime-platform-windows-x86": (
            "windows job",
            {f"{_PLATFORM}CpuArchitecture": "ARM64"},
            "WIN-03",
        ),
        # Amazon EKS.
        "batch-jd-eks-annotation-key-reserved-prefix": (
            "pod",
            {f"{_P}Metadata.Annotations": {"batch.amazonaws.com/a": "1"}},
            "EKS-14",
        ),
        "batch-jd-eks-annotation-value-length": (
            "pod",
            {f"{_P}Metadata.Annotations": {"note": "n" * 256}},
            "EKS-14",
        ),
        "batch-jd-eks-container-name-unique": ("pod", {f"{_P}Containers[1]": POD_CONTAINER}, "EKS-01"),
        "batch-jd-eks-containers-required": ("pod", {f"{_P}Containers": []}, "EKS-04"),
        "batch-jd-eks-cpu-limits-ge-requests": (
            "pod",
            _resources(Limits={"cpu": "1", "memory": "1024Mi"}, Requests={"cpu": "2", "memory": "1024Mi"}),
            "EKS-05",
        ),
        "batch-jd-eks-cpu-value": ("pod", {f"{_LIMITS}cpu": "500m"}, "EKS-05"),
        "batch-jd-eks-dns-policy-value": ("pod", {f"{_P}DnsPolicy": "None"}, "EKS-10"),
        "batch-jd-eks-empty-dir-medium-value": (
            "pod",
            {f"{_P}Volumes": [{"Name": "tmp", "EmptyDir": {"Medium": "Disk"}}]},
            "EKS-11",
        ),
        "batch-jd-eks-empty-dir-size-limit-unit": (
            "pod",
            {f"{_P}Volumes": [{"Name": "tmp", "EmptyDir": {"SizeLimit": "1Gi"}}]},
            "EKS-11",
        ),
        "batch-jd-eks-gpu-integer": (
            "pod",
            _resources(Limits={"cpu": "1", "memory": "1024Mi", "nvidia.com/gpu": "0.5"}),
            "EKS-07",
        ),
        "batch-jd-eks-gpu-limits-eq-requests": (
            "pod",
            _resources(
                Limits={"cpu": "1", "memory": "1024Mi", "nvidia.com/gpu": "1"},
                Requests={"cpu": "1", "memory": "1024Mi", "nvidia.com/gpu": "2"},
            ),
            "EKS-07",
        ),
        "batch-jd-eks-image-pull-policy-value": ("pod", {f"{_ONE}ImagePullPolicy": "Sometimes"}, "EKS-09"),
        "batch-jd-eks-label-key-format": ("pod", {f"{_P}Metadata.Labels": {"-team": "one"}}, "EKS-14"),
        "batch-jd-eks-label-key-reserved-prefix": (
            "pod",
            {f"{_P}Metadata.Labels": {"kubernetes.io/team": "one"}},
            "EKS-14",
        ),
        "batch-jd-eks-label-value-format": ("pod", {f"{_P}Metadata.Labels": {"team": "t" * 64}}, "EKS-14"),
        "batch-jd-eks-memory-limits-eq-requests": (
            "pod",
            _resources(Limits={"cpu": "1", "memory": "1024Mi"}, Requests={"memory": "512Mi"}),
            "EKS-06",
        ),
        "batch-jd-eks-memory-unit": ("pod", {f"{_LIMITS}memory": "1Gi"}, "EKS-06"),
        "batch-jd-eks-metadata-namespace-default": ("pod", {f"{_P}Metadata.Namespace": "default"}, "EKS-14"),
        "batch-jd-eks-metadata-namespace-kube-prefix": (
            "pod",
            {f"{_P}Metadata.Namespace": "kube-jobs"},
            "EKS-14",
        ),
        "batch-jd-eks-node-properties": (
            "nodes",
            {"Job.EksProperties": BASES["pod"]["Job"]["Properties"]["EksProperties"]},
            "JD-01",
        ),
        "batch-jd-eks-propagate-tags": ("pod", {"Job.PropagateTags": True}, "JD-05"),
        "batch-jd-eks-resource-key-unsupported": (
            "pod",
            _resources(Limits={"cpu": "1", "memory": "1024Mi", "amd.com/gpu": "1"}),
            "EKS-07",
        ),
        "batch-jd-eks-resources-required": ("pod", _resources(Limits={"cpu": "1"}), "EKS-08"),
        "batch-jd-eks-volume-mount-name-exists": (
            "pod",
            {f"{_ONE}VolumeMounts": [{"Name": "tmp", "MountPath": "/tmp"}]},
            "EKS-11",
        ),
    }
)
