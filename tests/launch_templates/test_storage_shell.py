"""The shell scripts of the storage, run on a simulated instance."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from aws_cdk import Size

from batch_constructs.launch_templates.storage import InstanceStoreVolumes, ScratchVolume, Storage
from tests.launch_templates.machine import EBS, NVME, Machine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return an instance with its root disk only."""
    return Machine(tmp_path)


def nvme(machine: Machine, *, docker: bool = False, filesystem: str = "xfs") -> Storage:
    path = str(machine.folder / "fast")
    volumes = InstanceStoreVolumes(mount_path=path, docker_data_root=docker, filesystem=filesystem)  # type: ignore[arg-type]
    return Storage(instance_store=volumes)


def scratch(machine: Machine) -> Storage:
    return Storage(
        scratch=ScratchVolume(size=Size.gibibytes(500), mount_path=str(machine.folder / "scratch"))
    )


SWAP = Storage(swap=Size.gibibytes(8))


def test_an_instance_without_disks_works_on_its_root_disk(machine: Machine) -> None:
    """It says so, makes the folder for all users, and continues."""
    assert machine.boot(nvme(machine, docker=True).user_data_parts()) == [0]

    path = machine.folder / "fast"
    assert machine.calls == []
    assert path.stat().st_mode & 0o7777 == 0o1777
    assert machine.added == []
    said = f"batch-storage: this instance has no NVMe instance store: {path} stays on the root disk\n"
    assert machine.console == said
    assert machine.log == said


@pytest.mark.parametrize("filesystem", ["xfs", "ext4"])
def test_one_disk_is_formatted_and_mounted(machine: Machine, filesystem: str) -> None:
    """There is no RAID of one; the mount is in fstab, and an instance without the disk still boots."""
    disk = machine.disk("nvme1n1", 474, NVME)
    path = machine.folder / "fast"

    assert machine.boot(nvme(machine, filesystem=filesystem).user_data_parts()) == [0]

    assert machine.calls == [f"mkfs.{filesystem} -L batch-nvme {disk}", f"mount -o noatime {disk} {path}"]
    assert machine.added == [f"LABEL=batch-nvme {path} {filesystem} defaults,noatime,nofail 0 2"]
    assert path.stat().st_mode & 0o7777 == 0o1777


def test_two_disks_are_striped(machine: Machine) -> None:
    """Both disks become one device, without the root disk and other EBS volumes."""
    disks = [machine.disk("nvme1n1", 950, NVME), machine.disk("nvme2n1", 950, NVME)]
    machine.disk("nvme3n1", 950, EBS)
    path = machine.folder / "fast"
    machine.has("mdadm")

    assert machine.boot(nvme(machine).user_data_parts()) == [0]

    assert machine.calls == [
        "mdadm --create /dev/md/batch-nvme --name=batch-nvme --level=0 --raid-devices=2 --run "
        + " ".join(disks),
        "mkfs.xfs -L batch-nvme /dev/md127",
        f"mount -o noatime /dev/md127 {path}",
    ]
    assert machine.added == [f"LABEL=batch-nvme {path} xfs defaults,noatime,nofail 0 2"]


def test_mdadm_is_installed_where_the_image_lacks_it(machine: Machine) -> None:
    """Small images do not have it, and one disk does not need it."""
    for name in ("nvme1n1", "nvme2n1"):
        machine.disk(name, 950, NVME)

    assert machine.boot(nvme(machine).user_data_parts()) == [0]

    assert machine.calls[0] == "dnf install -y mdadm"
    assert machine.calls[1].startswith("mdadm --create ")


def test_fails_when_mdadm_cannot_be_installed(machine: Machine) -> None:
    """Fails with a message about the packages, if the instance cannot reach them."""
    for name in ("nvme1n1", "nvme2n1"):
        machine.disk(name, 950, NVME)
    machine.breaks("dnf")
    machine.breaks("yum")

    assert machine.boot(nvme(machine).user_data_parts()) == [1]

    assert "FAILED with status 1 at: yum install -y mdadm" in machine.console
    assert machine.added == []


@pytest.mark.parametrize("disks", [1, 2])
@pytest.mark.parametrize("assembled", [True, False], ids=["assembled by udev", "not assembled"])
def test_a_second_boot_keeps_what_is_on_the_disks(machine: Machine, disks: int, assembled: bool) -> None:
    """Nothing is formatted or created again, and fstab gets no second line."""
    for number in range(disks):
        machine.disk(f"nvme{number + 1}n1", 950, NVME)
    machine.has("mdadm")
    storage = nvme(machine, docker=True)
    machine.boot(storage.user_data_parts())
    lines = machine.added
    machine.shut_down()
    if assembled and disks > 1:
        machine.assemble()

    assert machine.boot(storage.user_data_parts()) == [0]

    path = machine.folder / "fast"
    device = "/dev/md127" if disks > 1 else "/dev/nvme1n1"
    assert machine.calls == [
        *(["mdadm --assemble --scan"] if disks > 1 and not assembled else []),
        f"mount -o noatime {device} {path}",
        f"mount --bind {path}/docker {machine.docker}",
        "systemctl try-restart docker.service",
    ]
    assert machine.added == lines


def test_nothing_is_left_to_do_where_fstab_has_mounted_all(machine: Machine) -> None:
    """On a reboot the system mounts everything before the scripts run."""
    machine.disk("nvme1n1", 474, NVME)
    storage = nvme(machine, docker=True)
    machine.boot(storage.user_data_parts())
    (machine.state / "calls").write_text("")

    assert machine.boot(storage.user_data_parts()) == [0]

    assert machine.calls == []
    assert f"{machine.folder}/fast is mounted already" in machine.console


def test_disks_that_come_back_blank_are_made_anew(machine: Machine) -> None:
    """A stopped instance loses its instance store; fstab stays as it is."""
    disk = machine.disk("nvme1n1", 474, NVME)
    storage = nvme(machine)
    machine.boot(storage.user_data_parts())
    lines = machine.added
    machine.shut_down(blank=True)

    assert machine.boot(storage.user_data_parts()) == [0]

    assert machine.calls[0] == f"mkfs.xfs -L batch-nvme {disk}"
    assert machine.added == lines


def test_fails_when_the_disks_cannot_be_listed(machine: Machine) -> None:
    """An error is not mistaken for an instance without disks; the script waits for udev first."""
    machine.breaks("lsblk")

    assert machine.boot(nvme(machine).user_data_parts()) == [1]

    assert machine.first_call == "udevadm settle"
    assert "FAILED with status 1 at: " in machine.console


@pytest.mark.parametrize("command", ["mkfs.xfs", "mount"])
def test_fails_loudly(machine: Machine, command: str) -> None:
    """Fails with status, console and log naming the command; the mount point is closed to jobs, and fstab unchanged."""
    machine.disk("nvme1n1", 474, NVME)
    machine.breaks(command)
    path = machine.folder / "fast"

    assert machine.boot(nvme(machine, docker=True).user_data_parts()) == [1]

    assert "batch-storage: FAILED with status 1 at: " in machine.console
    assert f"; see {machine.folder}/log\n" in machine.console
    assert f"{command}: broken" in machine.log
    assert machine.calls[-1] == f"chattr +i {path}"
    assert machine.added == []


def test_a_volume_that_is_mounted_stays_open_to_jobs(machine: Machine) -> None:
    """If only Docker failed to move, status and console say so, and the disks stay mounted."""
    machine.disk("nvme1n1", 474, NVME)
    machine.breaks("systemctl")

    assert machine.boot(nvme(machine, docker=True).user_data_parts()) == [1]

    assert "FAILED with status 1 at: systemctl try-restart docker.service" in machine.console
    assert machine.calls[-1] == "systemctl try-restart docker.service"


def test_the_next_boot_mends_what_failed(machine: Machine) -> None:
    """A failed part leaves nothing behind that would stop the next attempt."""
    machine.disk("nvme1n1", 474, NVME)
    machine.breaks("mkfs.xfs")
    storage = nvme(machine)
    machine.boot(storage.user_data_parts())
    machine.shut_down()
    machine.breaks("mkfs.xfs", broken=False)

    assert machine.boot(storage.user_data_parts()) == [0]

    assert len(machine.added) == 1


def test_a_console_that_cannot_be_written_to_is_no_failure(machine: Machine) -> None:
    """The log still has the message."""
    machine.disk("nvme1n1", 474, NVME)
    (machine.folder / "console").mkdir()

    assert machine.boot(nvme(machine).user_data_parts()) == [0]

    assert "/dev/nvme1n1 is mounted at " in machine.log


def test_docker_keeps_its_files_on_the_disks(machine: Machine) -> None:
    """Their folder is mounted over the old one before it starts, now and at each boot."""
    machine.disk("nvme1n1", 474, NVME)

    assert machine.boot(nvme(machine, docker=True).user_data_parts()) == [0]

    path = machine.folder / "fast"
    assert machine.calls[-2:] == [
        f"mount --bind {path}/docker {machine.docker}",
        "systemctl try-restart docker.service",
    ]
    assert machine.added[1] == (
        f"{path}/docker {machine.docker} none bind,nofail,x-systemd.requires-mounts-for={path} 0 0"
    )


@pytest.mark.parametrize("name", ["sdf", "xvdf"], ids=["udev's name", "Xen's name"])
def test_the_scratch_volume_is_found_by_its_name(machine: Machine, name: str) -> None:
    """If the image has udev rules, a link leads to the NVMe device; on Xen the name is the device."""
    target = machine.dev / "nvme1n1"
    target.touch()
    (machine.dev / name).symlink_to(target)
    path = machine.folder / "scratch"

    assert machine.boot(scratch(machine).user_data_parts()) == [0]

    assert machine.calls == [f"mkfs.xfs -L batch-ebs {target}", f"mount -o noatime {target} {path}"]
    assert machine.added == [f"LABEL=batch-ebs {path} xfs defaults,noatime,nofail 0 2"]


def test_the_scratch_volume_is_found_by_size_and_model(machine: Machine) -> None:
    """Without udev rules it is the empty EBS volume of that size, whatever other disks exist."""
    machine.disk("nvme1n1", 500, NVME)
    machine.disk("nvme2n1", 499, EBS)
    machine.disk("nvme3n1", 500, EBS, partitions=1)
    machine.filesystem(machine.disk("nvme4n1", 500, EBS), "ext4")
    volume = machine.disk("nvme5n1", 500, EBS)

    assert machine.boot(scratch(machine).user_data_parts()) == [0]

    assert machine.calls[0] == f"mkfs.xfs -L batch-ebs {volume}"


def test_a_scratch_volume_that_comes_late_is_waited_for(machine: Machine) -> None:
    """EBS attaches volumes while the instance is booting."""
    machine.late_disk("nvme1n1", 500)

    assert machine.boot(scratch(machine).user_data_parts()) == [0]

    assert machine.calls[:4] == ["sleep 1"] * 3 + ["mkfs.xfs -L batch-ebs /dev/nvme1n1"]


def test_fails_when_the_scratch_volume_never_comes(machine: Machine) -> None:
    """Fails after two minutes, with a message that has name and size."""
    assert machine.boot(scratch(machine).user_data_parts()) == [1]

    assert machine.calls.count("sleep 1") == 120
    assert "no EBS volume sdf of 500 GiB appeared in 120 seconds" in machine.console
    assert machine.calls[-1] == f"chattr +i {machine.folder}/scratch"


def test_a_second_boot_finds_the_scratch_volume_again(machine: Machine) -> None:
    """It is found by its label, since it is no longer blank; it is not formatted again."""
    volume = machine.disk("nvme1n1", 500, EBS)
    storage = scratch(machine)
    machine.boot(storage.user_data_parts())
    machine.shut_down()

    assert machine.boot(storage.user_data_parts()) == [0]

    assert machine.calls == [f"mount -o noatime {volume} {machine.folder}/scratch"]
    assert len(machine.added) == 1


def test_a_swap_file_is_made_once(machine: Machine) -> None:
    """Only root may read it, and each later boot uses the same file."""
    file = machine.swap_file
    new = f"{file}.new"

    assert machine.boot(SWAP.user_data_parts()) == [0]
    assert machine.calls == [f"fallocate -l 8192MiB {new}", f"mkswap {new}", f"swapon {file}"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert machine.added == [f"{file} none swap sw,nofail 0 0"]

    assert machine.boot(SWAP.user_data_parts()) == [0]
    assert f"{file} is in use already" in machine.console

    machine.shut_down()
    assert machine.boot(SWAP.user_data_parts()) == [0]
    assert machine.calls == [f"swapon {file}"]
    assert len(machine.added) == 1


def test_half_a_swap_file_is_never_used(machine: Machine) -> None:
    """The next boot deletes a file that a failed boot left incomplete."""
    machine.breaks("mkswap")
    assert machine.boot(SWAP.user_data_parts()) == [1]
    assert not machine.swap_file.exists()
    assert machine.added == []

    machine.breaks("mkswap", broken=False)
    assert machine.boot(SWAP.user_data_parts()) == [0]
    assert machine.swap_file.exists()


def test_parts_do_not_depend_on_each_other(machine: Machine) -> None:
    """The other volumes are mounted although one is missing."""
    machine.disk("nvme1n1", 474, NVME)
    storage = Storage(
        scratch=ScratchVolume(size=Size.gibibytes(500), mount_path=str(machine.folder / "scratch")),
        instance_store=InstanceStoreVolumes(mount_path=str(machine.folder / "fast")),
        swap=Size.gibibytes(1),
    )

    assert machine.boot(storage.user_data_parts()) == [1, 0, 0]

    assert len(machine.added) == 2


def test_each_part_is_valid_shell() -> None:
    """Bash can parse it, and it has the first line that the kernel needs."""
    storage = Storage(
        scratch=ScratchVolume(size=Size.gibibytes(500)),
        instance_store=InstanceStoreVolumes(),
        swap=Size.gibibytes(1),
    )

    for part in storage.user_data_parts():
        assert part.content_type == "text/cloud-boothook"
        assert part.body().startswith("#!/bin/bash\n")
        assert "set -euo pipefail" in part.body()
        subprocess.run(["bash", "-n"], input=part.body(), text=True, check=True)
