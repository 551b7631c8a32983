"""The containers of a job on Amazon ECS: their resources, storage, logs and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template.members import (
    Boolean,
    Integer,
    Keyword,
    Link,
    Struct,
    Structs,
    Text,
    TextMap,
    Texts,
)
from batch_constructs.assembly.template.resources.file_systems import AccessPoint, FileSystem, S3FileSystem
from batch_constructs.assembly.template.resources.roles import Role
from batch_constructs.assembly.template.unknown import Unknown, is_one_of
from batch_constructs.assembly.template.views import View

if TYPE_CHECKING:
    from batch_constructs.assembly.template.items import Items


class ResourceRequirement(View):
    """An amount of vCPUs, memory (MiB) or GPUs."""

    type = Keyword("Type")
    value = Text("Value")


class EnvironmentVariable(View):
    """An environment variable of the container."""

    name = Text("Name")
    value = Text("Value")


class Secret(View):
    """A variable or a log option that comes from Secrets Manager or the Parameter Store."""

    name = Text("Name")
    value_from = Text("ValueFrom")


class Ulimit(View):
    """A kernel limit for the container."""

    name = Text("Name")
    soft_limit = Integer("SoftLimit")
    hard_limit = Integer("HardLimit")


class Device(View):
    """A device of the instance that the container can use."""

    host_path = Text("HostPath")
    container_path = Text("ContainerPath")
    permissions = Texts("Permissions")


class Tmpfs(View):
    """A mount in memory, size in MiB."""

    container_path = Text("ContainerPath")
    size = Integer("Size")
    mount_options = Texts("MountOptions")


class LinuxParameters(View):
    """Linux features of the container."""

    devices = Structs("Devices", Device)
    init_process_enabled = Boolean("InitProcessEnabled")
    max_swap = Integer("MaxSwap")
    shared_memory_size = Integer("SharedMemorySize")
    swappiness = Integer("Swappiness")
    tmpfs = Structs("Tmpfs", Tmpfs)


class LogConfiguration(View):
    """The container's log driver. The API spells ``log_driver`` in lower case; compare it in capitals here."""

    log_driver = Keyword("LogDriver")
    options = TextMap("Options")
    secret_options = Structs("SecretOptions", Secret)


class MountPoint(View):
    """The mount of a volume in the container."""

    container_path = Text("ContainerPath")
    read_only = Boolean("ReadOnly")
    source_volume = Text("SourceVolume")


class EfsAuthorizationConfig(View):
    """The job's authentication at the file system."""

    access_point_id = Text("AccessPointId")
    access_point = Link("AccessPointId", AccessPoint)
    iam = Keyword("Iam")


class EfsVolumeConfiguration(View):
    """A volume on Amazon EFS."""

    file_system_id = Text("FileSystemId")
    file_system = Link("FileSystemId", FileSystem)
    root_directory = Text("RootDirectory")
    transit_encryption = Keyword("TransitEncryption")
    transit_encryption_port = Integer("TransitEncryptionPort")
    authorization_config = Struct("AuthorizationConfig", EfsAuthorizationConfig)


class S3FilesVolumeConfiguration(View):
    """A volume on Amazon S3 Files."""

    file_system_arn = Text("FileSystemArn")
    file_system = Link("FileSystemArn", S3FileSystem)
    access_point_arn = Text("AccessPointArn")
    root_directory = Text("RootDirectory")
    transit_encryption_port = Integer("TransitEncryptionPort")


class Host(View):
    """A path of the instance."""

    source_path = Text("SourcePath")


class Volume(View):
    """A volume that mount points refer to by name."""

    name = Text("Name")
    host = Struct("Host", Host)
    efs = Struct("EfsVolumeConfiguration", EfsVolumeConfiguration)
    s3_files = Struct("S3FilesVolumeConfiguration", S3FilesVolumeConfiguration)


class NetworkConfiguration(View):
    """The public IP address setting of a Fargate task."""

    assign_public_ip = Keyword("AssignPublicIp")


class RuntimePlatform(View):
    """Operating system and processor of a Fargate task."""

    operating_system_family = Keyword("OperatingSystemFamily")
    cpu_architecture = Keyword("CpuArchitecture")


class EphemeralStorage(View):
    """The disk of a Fargate task."""

    size_in_gib = Integer("SizeInGiB")


class RepositoryCredentials(View):
    """The secret for a private registry."""

    credentials_parameter = Text("CredentialsParameter")


class FargatePlatformConfiguration(View):
    """The version of the Fargate platform."""

    platform_version = Text("PlatformVersion")


def required(requirements: Items[ResourceRequirement], kind: str) -> str | Unknown | None:
    """Return the amount of ``VCPU``, ``MEMORY`` or ``GPU`` as it is written; ``None`` if it is not listed."""
    for requirement in requirements:
        if is_one_of(requirement.type, kind):
            return requirement.value
    sure = requirements.complete and not any(isinstance(r.type, Unknown) for r in requirements)
    return None if sure else Unknown(f"the amount of {kind}")


class Container(View):
    """The members that all containers on Amazon ECS share: in a job, a node range, or a task of several."""

    image = Text("Image")
    command = Texts("Command")
    environment = Structs("Environment", EnvironmentVariable)
    linux_parameters = Struct("LinuxParameters", LinuxParameters)
    log_configuration = Struct("LogConfiguration", LogConfiguration)
    mount_points = Structs("MountPoints", MountPoint)
    privileged = Boolean("Privileged")
    readonly_root_filesystem = Boolean("ReadonlyRootFilesystem")
    repository_credentials = Struct("RepositoryCredentials", RepositoryCredentials)
    resource_requirements = Structs("ResourceRequirements", ResourceRequirement)
    secrets = Structs("Secrets", Secret)
    ulimits = Structs("Ulimits", Ulimit)
    user = Text("User")

    def requirement(self, kind: str) -> str | Unknown | None:
        """Return the amount of ``VCPU``, ``MEMORY`` or ``GPU`` in ``ResourceRequirements``; ``None`` if it is not listed."""
        return required(self.resource_requirements, kind)

    def amount(self, kind: str) -> str | Unknown | None:
        """Return the amount of ``VCPU``, ``MEMORY`` or ``GPU`` that the container asks for."""
        return self.requirement(kind)


class JobContainer(Container):
    """The container of a single-container job, or of a node range of a multi-node parallel job."""

    enable_execute_command = Boolean("EnableExecuteCommand")
    ephemeral_storage = Struct("EphemeralStorage", EphemeralStorage)
    execution_role_arn = Text("ExecutionRoleArn")
    execution_role = Link("ExecutionRoleArn", Role)
    fargate_platform_configuration = Struct("FargatePlatformConfiguration", FargatePlatformConfiguration)
    instance_type = Text("InstanceType")
    job_role_arn = Text("JobRoleArn")
    job_role = Link("JobRoleArn", Role)
    memory = Integer("Memory")
    network_configuration = Struct("NetworkConfiguration", NetworkConfiguration)
    runtime_platform = Struct("RuntimePlatform", RuntimePlatform)
    vcpus = Integer("Vcpus")
    volumes = Structs("Volumes", Volume)

    def amount(self, kind: str) -> str | Unknown | None:
        """Return the amount, from ``ResourceRequirements`` or the deprecated ``Vcpus`` and ``Memory``."""
        asked = self.requirement(kind)
        if asked is not None:
            return asked
        old = {"VCPU": self.vcpus, "MEMORY": self.memory}.get(kind)
        return str(old) if isinstance(old, int) else old


class ContainerDependency(View):
    """Another container that must reach a condition before this one starts."""

    container_name = Text("ContainerName")
    condition = Keyword("Condition")


class FirelensConfiguration(View):
    """The log router of a task."""

    type = Keyword("Type")
    options = TextMap("Options")


class TaskContainer(Container):
    """One of several containers of a task."""

    name = Text("Name")
    essential = Boolean("Essential")
    depends_on = Structs("DependsOn", ContainerDependency)
    firelens_configuration = Struct("FirelensConfiguration", FirelensConfiguration)
    start_timeout = Integer("StartTimeout")
    stop_timeout = Integer("StopTimeout")


class EcsTask(View):
    """A task of several containers that share roles, network and volumes."""

    containers = Structs("Containers", TaskContainer)
    enable_execute_command = Boolean("EnableExecuteCommand")
    ephemeral_storage = Struct("EphemeralStorage", EphemeralStorage)
    execution_role_arn = Text("ExecutionRoleArn")
    execution_role = Link("ExecutionRoleArn", Role)
    ipc_mode = Keyword("IpcMode")
    network_configuration = Struct("NetworkConfiguration", NetworkConfiguration)
    network_mode = Keyword("NetworkMode")
    pid_mode = Keyword("PidMode")
    platform_version = Text("PlatformVersion")
    runtime_platform = Struct("RuntimePlatform", RuntimePlatform)
    task_role_arn = Text("TaskRoleArn")
    task_role = Link("TaskRoleArn", Role)
    volumes = Structs("Volumes", Volume)


class EcsProperties(View):
    """A job of several containers; there is exactly one task."""

    task_properties = Structs("TaskProperties", EcsTask)
