"""All shell scripts that this library generates, checked by shellcheck."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from aws_cdk import Size

from batch_constructs.launch_templates.aws_cli import AwsCli
from batch_constructs.launch_templates.boot_scripts import mount_script
from batch_constructs.launch_templates.cloudwatch_agent import CloudWatchAgent
from batch_constructs.launch_templates.mounts import FsxLustreMount
from batch_constructs.launch_templates.storage import InstanceStoreVolumes, ScratchVolume, Storage
from batch_constructs.launch_templates.user_data import ShellScript

if TYPE_CHECKING:
    from pathlib import Path

# Settings are quoted on purpose (SC2016), and a trap calls functions that look unused (SC2329).
_ON_PURPOSE = "SC2016,SC2329"


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    """shellcheck has neither an error nor a hint for any part as an instance gets it."""
    size = Size.gibibytes(1)
    storage = Storage(
        scratch=ScratchVolume(size=size),
        instance_store=InstanceStoreVolumes(docker_data_root=True),
        swap=size,
    )
    mounts = mount_script({"/fsx": FsxLustreMount(file_system="fs-1.fsx.amazonaws.com", mount_name="abc")})
    scripts = []
    own = ShellScript("echo ready", required=True)
    for number, part in enumerate(
        [*storage.user_data_parts(), CloudWatchAgent().script(), AwsCli().script(), mounts, own]
    ):
        script = tmp_path / f"{number}.sh"
        script.write_text(part.body())
        scripts.append(script)

    done = subprocess.run(
        ["shellcheck", f"--exclude={_ON_PURPOSE}", *scripts], capture_output=True, text=True, check=False
    )

    assert done.stdout == ""
    assert done.returncode == 0
