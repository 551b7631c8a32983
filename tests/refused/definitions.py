"""What AWS Batch refuses of job definitions, whatever they run on."""

from __future__ import annotations

from tests.preflight import ACCOUNT
from tests.refused.bases import AMOUNTS, BASES, CONTAINER, LEFT_OUT, TASK_CONTAINER, arn, table

_C = "Job.ContainerProperties."
_T = "Job.EcsProperties.TaskProperties[0]."
_R = "Job.NodeProperties.NodeRangeProperties"
_VOLUME = f"{_C}Volumes[0]."
_EFS = f"{_VOLUME}EfsVolumeConfiguration."
_AMOUNTS = f"{_C}ResourceRequirements"
_POD = BASES["pod"]["Job"]["Properties"]["EksProperties"]
_TASK = {"TaskProperties": [{"Containers": [TASK_CONTAINER]}]}
_SECRET = [{"Name": "KEY", "ValueFrom": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:key-AbCdEf"}]
_POINT = {"AccessPointId": "fsap-0123456789abcdef0"}
_RULE = {"Action": "RETRY"}
_S3_FILES = {"FileSystemArn": f"arn:aws:s3files:eu-west-1:{ACCOUNT}:file-system/fs-0123456789abcdef0"}

DEFINITIONS = table(
    {
        "batch-jd-consumable-resource-duplicate": (
            "job",
            {
                "Job.ConsumableResourceProperties.ConsumableResourceList": [
                    {"ConsumableResource": arn("consumable-resource"), "Quantity": 1}
                ]
                * 2
            },
            "CR-04",
        ),
        "batch-jd-consumable-resource-list-max": (
            "job",
            {
                "Job.ConsumableResourceProperties.ConsumableResourceList": [
                    {"ConsumableResource": arn("consumable-resource", f"r{n}"), "Quantity": 1}
                    for n in range(6)
                ]
            },
            "CR-04",
        ),
        "batch-jd-container-type-requires-props": ("job", {"Job.ContainerProperties": LEFT_OUT}, "JD-01"),
        "batch-jd-device-permissions-value": (
            "job",
            {f"{_C}LinuxParameters.Devices": [{"HostPath": "/dev/fuse", "Permissions": ["EXECUTE"]}]},
            "LNX-02",
        ),
        "batch-jd-efs-access-point-root-directory": (
            "efs job",
            {
                f"{_EFS}AuthorizationConfig": _POINT,
                f"{_EFS}TransitEncryption": "ENABLED",
                f"{_EFS}RootDirectory": "/data",
            },
            "VOL-03",
        ),
        "batch-jd-efs-access-point-transit-encryption": (
            "efs job",
            {f"{_EFS}AuthorizationConfig": _POINT},
            "VOL-03",
        ),
        "batch-jd-efs-file-system-id-format": ("efs job", {f"{_EFS}FileSystemId": "my-files"}, "VOL-01"),
        "batch-jd-efs-iam-transit-encryption": (
            "efs job",
            {f"{_EFS}AuthorizationConfig": {"Iam": "ENABLED"}},
            "VOL-04",
        ),
        "batch-jd-efs-transit-encryption-port-range": (
            "efs job",
            {f"{_EFS}TransitEncryption": "ENABLED", f"{_EFS}TransitEncryptionPort": 65536},
            "VOL-01",
        ),
        "batch-jd-env-name-required": ("job", {f"{_C}Environment": [{"Value": "1"}]}, "ENV-01"),
        "batch-jd-evaluate-on-exit-condition-required": (
            "job",
            {"Job.RetryStrategy": {"Attempts": 2, "EvaluateOnExit": [_RULE]}},
            "RET-04",
        ),
        "batch-jd-evaluate-on-exit-exitcode-format": (
            "job",
            {"Job.RetryStrategy": {"Attempts": 2, "EvaluateOnExit": [{**_RULE, "OnExitCode": "1-9"}]}},
            "RET-06",
        ),
        "batch-jd-evaluate-on-exit-pattern-length": (
            "job",
            {"Job.RetryStrategy": {"Attempts": 2, "EvaluateOnExit": [{**_RULE, "OnReason": "r" * 513}]}},
            "RET-07",
        ),
        "batch-jd-evaluate-on-exit-requires-attempts": (
            "job",
            {"Job.RetryStrategy": {"EvaluateOnExit": [{**_RULE, "OnReason": "Cannot*"}]}},
            "RET-05",
        ),
        "batch-jd-legacy-and-resource-requirements": ("job", {f"{_C}Vcpus": 1}, "JD-10"),
        "batch-jd-linux-max-swap-negative": (
            "job",
            {f"{_C}LinuxParameters": {"MaxSwap": -1, "Swappiness": 60}},
            "LNX-04",
        ),
        "batch-jd-linux-swappiness-range": (
            "job",
            {f"{_C}LinuxParameters": {"MaxSwap": 64, "Swappiness": 101}},
            "LNX-05",
        ),
        "batch-jd-log-awslogs-unknown-option": (
            "job",
            {f"{_C}LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-stream": "jobs"}}},
            "LOG-01",
        ),
        "batch-jd-max-swap-requires-swappiness": ("job", {f"{_C}LinuxParameters.MaxSwap": 64}, "LNX-05"),
        "batch-jd-memory-minimum": ("job", {f"{_AMOUNTS}": AMOUNTS[:1], f"{_C}Memory": 2}, "JD-09"),
        "batch-jd-name": ("job", {"Job.JobDefinitionName": "my job"}, "NAME-01"),
        "batch-jd-platform-capabilities-single": (
            "fargate task",
            {"Job.PlatformCapabilities": ["EC2", "FARGATE"]},
            "JD-02",
        ),
        "batch-jd-platform-capability-value": ("job", {"Job.PlatformCapabilities": ["LAMBDA"]}, "JD-02"),
        "batch-jd-props-container-and-ecs": ("job", {"Job.EcsProperties": _TASK}, "JD-01"),
        "batch-jd-props-container-and-eks": ("pod", {"Job.ContainerProperties": CONTAINER}, "JD-01"),
        "batch-jd-props-ecs-and-eks": ("pod", {"Job.EcsProperties": _TASK}, "JD-01"),
        "batch-jd-resource-requirements-duplicate-type": ("job", {f"{_AMOUNTS}[2]": AMOUNTS[0]}, "JD-07"),
        "batch-jd-resource-requirements-gpu-integer": (
            "job",
            {f"{_AMOUNTS}[2]": {"Type": "GPU", "Value": "0.5"}},
            "GPU-02",
        ),
        "batch-jd-resource-requirements-required": ("job", {_AMOUNTS: AMOUNTS[1:]}, "JD-07"),
        "batch-jd-resource-requirements-vcpu-min": ("job", {f"{_AMOUNTS}[0].Value": "0.5"}, "JD-08"),
        "batch-jd-runtime-platform-ec2-only": (
            "job",
            {f"{_C}RuntimePlatform": {"CpuArchitecture": "X86_64"}},
            "FGT-07",
        ),
        "batch-jd-s3files-requires-job-role": (
            "efs job",
            {
                f"{_C}JobRoleArn": LEFT_OUT,
                f"{_C}Volumes": [{"Name": "files", "S3FilesVolumeConfiguration": _S3_FILES}],
            },
            "VOL-06",
        ),
        "batch-jd-scheduling-priority-range": ("job", {"Job.SchedulingPriority": 10000}, "JD-03"),
        "batch-jd-secret-options-requires-execution-role": (
            "job",
            {f"{_C}LogConfiguration": {"LogDriver": "splunk", "SecretOptions": _SECRET}},
            "SEC-02",
        ),
        "batch-jd-secrets-requires-execution-role": ("job", {f"{_C}Secrets": _SECRET}, "SEC-02"),
        "batch-jd-tmpfs-size-min": (
            "job",
            {f"{_C}LinuxParameters.Tmpfs": [{"ContainerPath": "/tmp", "Size": 0}]},
            "LNX-03",
        ),
        "batch-jd-volume-config-exclusive": (
            "efs job",
            {f"{_VOLUME}Host": {"SourcePath": "/data"}},
            "VOL-01",
        ),
        "batch-retry-attempts": ("job", {"Job.RetryStrategy.Attempts": 11}, "RET-01"),
        "batch-timeout-minimum": ("job", {"Job.Timeout.AttemptDurationSeconds": 59}, "TMO-01"),
        # Several containers.
        "batch-jd-ecs-container-name-unique": (
            "two containers",
            {f"{_T}Containers[2]": {**TASK_CONTAINER}},
            "ECS-04",
        ),
        "batch-jd-ecs-depends-on-condition-value": (
            "two containers",
            {f"{_T}Containers[1].DependsOn[0].Condition": "HEALTHY"},
            "ECS-05",
        ),
        "batch-jd-ecs-depends-on-container-exists": (
            "two containers",
            {f"{_T}Containers[1].DependsOn[0].ContainerName": "zero"},
            "ECS-04",
        ),
        "batch-jd-ecs-depends-on-essential-complete": (
            "two containers",
            {f"{_T}Containers[0].Essential": True},
            "ECS-05",
        ),
        "batch-jd-ecs-depends-on-single-container": (
            "task",
            {f"{_T}Containers[0].DependsOn": [{"ContainerName": "one", "Condition": "START"}]},
            "ECS-04",
        ),
        "batch-jd-ecs-essential-required": (
            "two containers",
            {f"{_T}Containers[1].Essential": False},
            "ECS-03",
        ),
        "batch-jd-ecs-fargate-execution-role": (
            "fargate task",
            {f"{_T}ExecutionRoleArn": LEFT_OUT},
            "FGT-02",
        ),
        "batch-jd-ecs-firelens-log-driver": (
            "two containers",
            {f"{_T}Containers[0].FirelensConfiguration": {"Type": "fluentbit"}},
            "ECS-09",
        ),
        "batch-jd-ecs-ipc-mode-value": ("task", {f"{_T}IpcMode": "shared"}, "ECS-07"),
        "batch-jd-ecs-pid-mode-value": ("task", {f"{_T}PidMode": "none"}, "ECS-08"),
        "batch-jd-ecs-task-containers-max": (
            "task",
            {f"{_T}Containers": [{**TASK_CONTAINER, "Name": f"c{n}"} for n in range(11)]},
            "ECS-02",
        ),
        "batch-jd-ecs-task-containers-required": ("task", {f"{_T}Containers": []}, "ECS-02"),
        "batch-jd-mi-no-multinode": ("nodes", {"Job.PlatformCapabilities": ["MANAGED_INSTANCES"]}, "JD-02"),
        "batch-jd-mi-os-family-linux": (
            "managed task",
            {f"{_T}RuntimePlatform.OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
            "MI-05",
        ),
        "batch-jd-mi-requires-ecs-properties": (
            "job",
            {"Job.PlatformCapabilities": ["MANAGED_INSTANCES"]},
            "MI-05",
        ),
        # Several nodes.
        "batch-jd-multinode-requires-node-properties": ("nodes", {"Job.NodeProperties": LEFT_OUT}, "JD-01"),
        "batch-jd-node-properties-requires-multinode": (
            "nodes",
            {"Job.Type": "container", "Job.ContainerProperties": CONTAINER},
            "JD-01",
        ),
        "batch-jd-node-instance-types-ecs-only": (
            "nodes",
            {f"{_R}[0].InstanceTypes": ["c6i.large"]},
            "MNP-10",
        ),
        "batch-jd-node-main-node-lt-num": ("nodes", {"Job.NodeProperties.MainNode": 2}, "MNP-03"),
        "batch-jd-node-num-nodes-max": (
            "nodes",
            {"Job.NodeProperties.NumNodes": 1001, f"{_R}[0].TargetNodes": "0:"},
            "MNP-02",
        ),
        "batch-jd-node-range-payload-exclusive": ("nodes", {f"{_R}[0].EcsProperties": _TASK}, "MNP-07"),
        "batch-jd-node-range-payload-required": ("nodes", {f"{_R}[0].Container": LEFT_OUT}, "MNP-07"),
        "batch-jd-node-ranges-max": (
            "nodes",
            {
                "Job.NodeProperties.NumNodes": 6,
                _R: [{"TargetNodes": f"{n}:{n}", "Container": CONTAINER} for n in range(6)],
            },
            "MNP-04",
        ),
        "batch-jd-node-target-nodes-coverage": ("nodes", {f"{_R}[0].TargetNodes": "0:0"}, "MNP-05"),
        "batch-jd-node-target-nodes-format": ("nodes", {f"{_R}[0].TargetNodes": "0-1"}, "MNP-05"),
        "batch-jd-node-target-nodes-in-range": ("nodes", {f"{_R}[0].TargetNodes": "0:2"}, "MNP-05"),
    }
)
