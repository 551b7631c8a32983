"""Images of compute environments, by their type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, one_of, rule
from batch_constructs.assembly.checks._images import batch_chooses, image_types
from batch_constructs.assembly.template import is_known, literals
from batch_constructs.facts import gpus, images, instance_types, limits
from batch_constructs.facts.instance_types import Architecture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import ComputeEnvironment, ComputeResources
    from batch_constructs.assembly.template.resources.compute_environments import Ec2Configuration

CHAPTER = "Compute Resource AMIs"

ERROR, WARNING = Severity.ERROR, Severity.WARNING


@rule(
    "AMI-03",
    severity=ERROR,
    remedy="give one image type, or two: one for instances with GPUs and one for the rest",
)
def one_or_two_image_types(resources: ComputeResources) -> Iterator[Finding]:
    """An environment must have one image type, or two."""
    if resources.ec2_configuration:
        yield from miscounted(
            limits.EC2_CONFIGURATIONS, resources, "Ec2Configuration", resources.ec2_configuration
        )


@rule(
    "AMI-04",
    severity=ERROR,
    remedy="choose an image type of the environment's own orchestrator: ECS_… or, with EksConfiguration, EKS_…",
    prevents="ClientException: the image type is not valid for the compute environment",
)
def image_of_the_orchestrator(environment: ComputeEnvironment) -> Iterator[Finding]:
    """Environments on ECS must have ECS images, environments on EKS must have EKS images."""
    eks = environment.eks
    if not is_known(eks):
        return
    wanted, other = ("EKS_", "ECS_") if eks else ("ECS_", "EKS_")
    for configuration in environment.compute_resources.ec2_configuration:
        kind = configuration.image_type
        if is_known(kind) and kind.startswith(other):
            message = f"ImageType must begin with {wanted} in this environment, got {kind}"
            yield Finding(configuration, message, at="ImageType")


@rule(
    "AMI-05",
    chapter="Using a GPU Workload AMI",
    severity=ERROR,
    remedy="leave out Ec2Configuration, or name the standard image type",
    prevents="instances that never start: there is no such image for Arm",
)
def no_nvidia_image_on_arm(resources: ComputeResources) -> Iterator[Finding]:
    """Images with NVIDIA's driver cannot run on Graviton."""
    found = image_types(resources)
    types = resources.instance_types
    if not found or not all(image.nvidia for image in found) or not batch_chooses(resources):
        return
    if types and all(
        is_known(t) and instance_types.architectures_of([t]) == {Architecture.ARM64} for t in types
    ):
        names = one_of([str(name) for name in types])
        message = f"{names} has Arm processors, which {found[0].name} does not run on"
        yield Finding(resources, message, at="Ec2Configuration[0].ImageType")


@rule(
    "AMI-06",
    severity=ERROR,
    remedy="choose a newer instance family, such as m6g",
    prevents="instances that never start: the image does not run on these types",
)
def families_that_the_image_runs_on(resources: ComputeResources) -> Iterator[Finding]:
    """Amazon Linux 2023 cannot run on A1 instances."""
    yield from _refused(resources, nvidia=False)


@rule(
    "AMI-07",
    chapter="Using a GPU Workload AMI",
    severity=ERROR,
    remedy="choose a newer instance family with GPUs, such as g5 or p4d",
    prevents="jobs that wait in RUNNABLE: the image has no driver for these GPUs",
)
def gpus_that_the_image_drives(resources: ComputeResources) -> Iterator[Finding]:
    """The GPU image of Amazon Linux 2023 on ECS cannot be used for P3 and G3 instances: it has no driver for them."""
    yield from _refused(resources, nvidia=True)


def _refused(resources: ComputeResources, *, nvidia: bool) -> Iterator[Finding]:
    found = [image for image in image_types(resources) or () if image.nvidia is nvidia]
    if len(found) != 1 or not batch_chooses(resources):
        return
    for name in literals(resources.instance_types):
        on_arm = instance_types.architectures_of([name]) == {Architecture.ARM64}
        if name.partition(".")[0] in found[0].families_refused and not (nvidia and on_arm):
            yield Finding(resources, f"{found[0].name} does not run on {name}", at="InstanceTypes")


@rule(
    "AMI-08",
    severity=ERROR,
    remedy="name the successor, or leave out Ec2Configuration: Batch then uses Amazon Linux 2023",
    prevents="ClientException: Amazon Linux 2 is end-of-life; or an old environment without security fixes",
)
def image_is_supported(configuration: Ec2Configuration) -> Iterator[Finding]:
    """An image must not be of Amazon Linux 1 or 2: their support has ended, and AWS refuses new environments with them."""
    kind = configuration.image_type
    image = images.IMAGE_TYPES.get(kind) if is_known(kind) else None
    if image is None or image.support_ends is None or configuration.image_id_override is not None:
        return
    message = (
        f"the support of {image.os} for {image.name} ended {image.support_ends}, choose {image.successor}"
    )
    # On 2026-09-12 AWS answered a new environment: "Amazon Linux 2 is end-of-life."
    fix = f"set ImageType to {image.successor}, or leave out Ec2Configuration: Batch then chooses it"
    yield Finding(configuration, message, at="ImageType", fix=fix)


@rule("AMI-09", severity=ERROR, remedy="leave out BatchImageStatus")
def image_status_is_read_only(configuration: Ec2Configuration) -> Iterator[Finding]:
    """The status of an image is read-only and must not be given."""
    if configuration.gives("BatchImageStatus"):
        yield Finding(configuration, "BatchImageStatus is read-only, got a value", at="BatchImageStatus")


@rule(
    "AMI-13",
    chapter="Using a GPU Workload AMI",
    severity=ERROR,
    remedy="choose an image type that ends in _NVIDIA, or leave out Ec2Configuration: Batch then chooses the image",
    prevents="jobs that wait in RUNNABLE: the standard image offers no GPUs",
)
def gpus_need_a_gpu_image(resources: ComputeResources) -> Iterator[Finding]:
    """Instance types with NVIDIA GPUs must have an image with NVIDIA's driver."""
    types, found = resources.instance_types, image_types(resources)
    if not found or any(image.nvidia for image in found) or not batch_chooses(resources):
        return
    if types and types.complete and all(is_known(name) and _has_nvidia_gpus(name) for name in types):
        names, got = one_of([str(name) for name in types]), one_of([image.name for image in found])
        message = f"{names} needs an image type with NVIDIA's driver, got {got}"
        yield Finding(resources, message, at="Ec2Configuration[0].ImageType")


def _has_nvidia_gpus(name: str) -> bool:
    """Return whether all sizes of a type or family are known to have NVIDIA GPUs."""
    types = instance_types.members(name)
    return bool(types) and all(any(gpu.manufacturer == "NVIDIA" for gpu in t.gpus) for t in types)


@rule(
    "AMI-14",
    severity=WARNING,
    remedy="name an image with the driver as ImageIdOverride; AWS has one for Neuron devices under "
    f"{images.NEURON_PARAMETER}",
    prevents="jobs that find no device",
)
def accelerators_need_a_driver(resources: ComputeResources) -> Iterator[Finding]:
    """Instance types with accelerators other than NVIDIA GPUs should have an image of your own, with the driver."""
    if not resources.ec2 or not batch_chooses(resources):
        return
    found = [
        (name, gpus.OTHER_ACCELERATORS.get(name.partition(".")[0]))
        for name in literals(resources.instance_types)
    ]
    accelerators = [f"{name} ({what})" for name, what in found if what is not None]
    if accelerators:
        message = f"AWS Batch has no image with a driver for {' and '.join(accelerators)}, got none"
        yield Finding(resources, message, at="InstanceTypes")
