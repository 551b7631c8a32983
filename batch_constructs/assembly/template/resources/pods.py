"""The pods of jobs on Amazon EKS, with their containers and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.template.members import Boolean, Integer, Struct, Structs, Text, TextMap, Texts
from batch_constructs.assembly.template.unknown import is_known
from batch_constructs.assembly.template.views import View

if TYPE_CHECKING:
    from batch_constructs.assembly.template.unknown import Unknown

_REQUIREMENTS = {"VCPU": "cpu", "MEMORY": "memory", "GPU": "nvidia.com/gpu"}


class PodEnvironmentVariable(View):
    """An environment variable of the container."""

    name = Text("Name")
    value = Text("Value")


class PodResources(View):
    """The amounts of ``cpu``, ``memory`` and ``nvidia.com/gpu`` that a container asks for, as strings."""

    limits = TextMap("Limits")
    requests = TextMap("Requests")


class PodSecurityContext(View):
    """The user and privileges of a container."""

    allow_privilege_escalation = Boolean("AllowPrivilegeEscalation")
    privileged = Boolean("Privileged")
    read_only_root_filesystem = Boolean("ReadOnlyRootFilesystem")
    run_as_group = Integer("RunAsGroup")
    run_as_non_root = Boolean("RunAsNonRoot")
    run_as_user = Integer("RunAsUser")


class PodVolumeMount(View):
    """The mount of a volume in the container."""

    mount_path = Text("MountPath")
    name = Text("Name")
    read_only = Boolean("ReadOnly")
    sub_path = Text("SubPath")


class PodContainer(View):
    """A container of a pod."""

    args = Texts("Args")
    command = Texts("Command")
    env = Structs("Env", PodEnvironmentVariable)
    image = Text("Image")
    image_pull_policy = Text("ImagePullPolicy")
    name = Text("Name")
    resources = Struct("Resources", PodResources)
    security_context = Struct("SecurityContext", PodSecurityContext)
    volume_mounts = Structs("VolumeMounts", PodVolumeMount)

    def requirement(self, kind: str) -> str | Unknown | None:
        """Return the amount of ``VCPU``, ``MEMORY`` (in MiB) or ``GPU``, as on ECS; ``None`` if it is not given."""
        name = _REQUIREMENTS[kind]
        sides = (self.resources.requests, self.resources.limits)
        amounts = (side.get(name) if isinstance(side, dict) else side for side in sides)
        found = next((amount for amount in amounts if amount is not None), None)
        return found.removesuffix("Mi") if kind == "MEMORY" and is_known(found) else found

    def amount(self, kind: str) -> str | Unknown | None:
        """Return the requirement, since a pod has no older form."""
        return self.requirement(kind)


class EmptyDir(View):
    """A volume that lives as long as the pod."""

    medium = Text("Medium")
    size_limit = Text("SizeLimit")


class HostPath(View):
    """A path of the node."""

    path = Text("Path")


class PodSecret(View):
    """A Kubernetes secret as a volume."""

    optional = Boolean("Optional")
    secret_name = Text("SecretName")


class PersistentVolumeClaim(View):
    """A claim as a volume."""

    claim_name = Text("ClaimName")
    read_only = Boolean("ReadOnly")


class PodVolume(View):
    """A volume that mounts refer to by name."""

    empty_dir = Struct("EmptyDir", EmptyDir)
    host_path = Struct("HostPath", HostPath)
    name = Text("Name")
    persistent_volume_claim = Struct("PersistentVolumeClaim", PersistentVolumeClaim)
    secret = Struct("Secret", PodSecret)


class PodMetadata(View):
    """Labels, annotations and namespace of the pod."""

    annotations = TextMap("Annotations")
    labels = TextMap("Labels")
    namespace = Text("Namespace")


class ImagePullSecret(View):
    """The Kubernetes secret for a private registry."""

    name = Text("Name")


class PodProperties(View):
    """A pod."""

    containers = Structs("Containers", PodContainer)
    dns_policy = Text("DnsPolicy")
    host_network = Boolean("HostNetwork")
    image_pull_secrets = Structs("ImagePullSecrets", ImagePullSecret)
    init_containers = Structs("InitContainers", PodContainer)
    metadata = Struct("Metadata", PodMetadata)
    service_account_name = Text("ServiceAccountName")
    share_process_namespace = Boolean("ShareProcessNamespace")
    volumes = Structs("Volumes", PodVolume)


class EksProperties(View):
    """A job on Amazon EKS."""

    pod_properties = Struct("PodProperties", PodProperties)
