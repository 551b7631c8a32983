"""Launch templates whose every change reaches the instances."""

from __future__ import annotations

from batch_constructs.launch_templates.agent_config import EcsAgentConfig, ImagePullBehavior
from batch_constructs.launch_templates.capacity_reservations import CapacityReservation
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.launch_templates.network_interfaces import (
    InterfaceType,
    NetworkInterface,
    efa_interfaces,
)
from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
from batch_constructs.launch_templates.specification import specification
from batch_constructs.launch_templates.storage import InstanceStoreVolumes, ScratchVolume, Storage
from batch_constructs.launch_templates.user_data import CloudConfig, ShellScript, UserDataPart

__all__ = [
    "BatchLaunchTemplate",
    "CapacityReservation",
    "CloudConfig",
    "EcsAgentConfig",
    "ImagePullBehavior",
    "InstanceStoreVolumes",
    "InterfaceType",
    "LaunchTemplateOverride",
    "NetworkInterface",
    "ScratchVolume",
    "ShellScript",
    "Storage",
    "UserDataPart",
    "efa_interfaces",
    "specification",
]
