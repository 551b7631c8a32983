"""An instance simulated by a folder: commands of the shell scripts are stubs that keep their state in files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from batch_constructs.launch_templates.user_data import UserDataPart

NVME = "Amazon\\x20EC2\\x20NVMe\\x20Instance\\x20Storage"
EBS = "Amazon\\x20Elastic\\x20Block\\x20Store"

# Not on the PATH until it is installed: the package, and its command.
_PACKAGES = {
    "mdadm": "mdadm",
    "amazon-efs-utils": "mount.efs",
    "lustre-client": "mount.lustre",
    "mount-s3": "mount-s3",
    "amazon-cloudwatch-agent": "amazon-cloudwatch-agent-ctl",
    "unzip": "unzip",
}

# Commands that only change files are real; nothing else is on the PATH.
_REAL = ("awk", "bash", "cat", "chmod", "grep", "mkdir", "mktemp", "mv", "readlink", "rm", "tee", "wc")

_STUBS = {
    "blkid": """
        [[ "$*" == "-p -s "*" -o value "* ]] || exit 64
        cat "$STATE/blkid.$3.${6//\\//_}" 2>/dev/null || exit 2
    """,
    "chattr": "",
    "curl": """[[ "$*" == *"--output "* ]] && echo "zip of ${@: -1}" >"${@: -2:1}" """,
    # The zip file contains an installer, which puts a program that prints its version at the given path.
    "unzip": """
        mkdir -p "$4/aws"
        version=$(grep -oE '2[.][0-9]+[.][0-9]+' "$2")
        printf '#!%s\nmkdir -p "$4"\nprintf "%s" >"$4/aws"\nchmod 755 "$4/aws"\necho "install $*" >>"$STATE/calls"\n' \
            "$BASH" "#!$BASH\\necho aws-cli/$version Python/3.13 Linux\\n" >"$4/aws/install"
        chmod 755 "$4/aws/install"
    """,
    "uname": """[[ $1 == -m ]] && cat "$STATE/machine" """,
    "yum": "exit 1",
    "dnf": """[[ "$1 $2" == "install -y" && $# -eq 3 ]] && mv "$STATE/packages/$3/"* "$BIN" """,
    "fallocate": """[[ $1 == -l ]] && echo "$2" >"$3" """,
    "lsblk": """
        case "$*" in
        "-dnrpo NAME,MODEL") awk '{ print $1, $3 }' "$STATE/disks" ;;
        "-dnrpbo NAME,SIZE,MODEL") cat "$STATE/disks" ;;
        "-nrpo NAME,TYPE "*)
            echo "$3 disk"
            if grep -qxF "$3" "$STATE/assembled"; then echo "/dev/md127 raid0"; fi ;;
        "-nro NAME "*) echo disk; cat "$STATE/partitions.${3//\\//_}" 2>/dev/null || true ;;
        *) exit 64 ;;
        esac
    """,
    "mdadm": """
        case "$1" in
        --create)
            shift 6
            printf '%s\\n' "$@" | tee "$STATE/members" "$STATE/assembled"
            for disk in "$@"; do echo linux_raid_member >"$STATE/blkid.TYPE.${disk//\\//_}"; done ;;
        --assemble) cat "$STATE/members" >"$STATE/assembled" ;;
        esac
    """,
    "mkfs": """
        [[ $1 == -L && ${#2} -le 12 && $# -eq 3 ]] || exit 64
        echo "${0##*/mkfs.}" >"$STATE/blkid.TYPE.${3//\\//_}"
        echo "$2" >"$STATE/blkid.LABEL.${3//\\//_}"
    """,
    "mkswap": """[[ -f $1 ]]""",
    "mount": """[[ -d ${@: -1} ]] && echo "${@: -1}" >>"$STATE/mounted" """,
    "mountpoint": """[[ $1 == -q ]] && grep -qxF "$2" "$STATE/mounted" """,
    "sleep": """
        if [[ -e $STATE/late && $(grep -c ^sleep "$STATE/calls") -ge 3 ]]; then
            cat "$STATE/late" >>"$STATE/disks"
        fi
    """,
    "mount-s3": """[[ -d $2 && $3 == --* ]] && echo "$2" >>"$STATE/mounted" """,
    "swapon": """
        if [[ $1 == --show=NAME ]]; then cat "$STATE/swaps"; else [[ -f $1 ]] && echo "$1" >>"$STATE/swaps"; fi
    """,
    "systemctl": "",
    "timeout": """[[ $1 -gt 0 ]] && "${@:2}" """,
    "udevadm": "",
}


class Machine:
    """An instance that boots with parts of user data, and with the disks and packages of a test."""

    def __init__(self, folder: Path) -> None:
        if sys.platform == "darwin":
            pytest.skip("user data runs on Amazon Linux, whose shell and tools differ from those of macOS")
        self.folder = folder
        self.bin, self.state, self.dev = (folder / name for name in ("bin", "state", "dev"))
        for each in (self.bin, self.state, self.dev):
            each.mkdir()
        self.fstab = folder / "fstab"
        self.fstab.write_text("UUID=1 / xfs defaults 1 1\n")
        self.docker = folder / "var-lib-docker"
        self.swap_file = folder / "swapfile"
        for name in _REAL:
            found = shutil.which(name)
            assert found
            (self.bin / name).symlink_to(found)
        for name, body in _STUBS.items():
            for command in ("mkfs.xfs", "mkfs.ext4") if name == "mkfs" else (name,):
                self.stub(command, body)
        for name in ("disks", "assembled", "mounted", "swaps", "calls"):
            (self.state / name).touch()
        for package, command in _PACKAGES.items():
            if command not in _STUBS:
                self.stub(command, "")
            (self.state / "packages" / package).mkdir(parents=True)
            (self.bin / command).rename(self.state / "packages" / package / command)
        (self.state / "machine").write_text("x86_64\n")
        self.disk("nvme0n1", 100, EBS, partitions=2)

    def stub(self, command: str, body: str) -> None:
        """Put a command on the PATH that records its call, then runs the given body."""
        file = self.bin / command
        file.write_text(
            f'#!{shutil.which("bash")}\necho "${{0##*/}} $*" >>"$STATE/calls"\n[[ -e "$STATE/broken.${{0##*/}}" ]] '
            f'&& {{ echo "${{0##*/}}: broken" >&2; exit 1; }}\n{body or "true"}\n'
        )
        file.chmod(0o755)

    def disk(self, name: str, gib: int, model: str, *, partitions: int = 0) -> str:
        """Attach a disk, and return its device."""
        with (self.state / "disks").open("a") as disks:
            disks.write(f"/dev/{name} {gib << 30} {model}\n")
        if partitions:
            (self.state / f"partitions._dev_{name}").write_text("part\n" * partitions)
        return f"/dev/{name}"

    def late_disk(self, name: str, gib: int) -> None:
        """Attach an EBS volume that appears after three seconds."""
        (self.state / "late").write_text(f"/dev/{name} {gib << 30} {EBS}\n")

    def filesystem(self, device: str, kind: str) -> None:
        """Format a disk as if somebody else had done it."""
        (self.state / f"blkid.TYPE.{device.replace('/', '_')}").write_text(kind + "\n")

    def breaks(self, command: str, *, broken: bool = True) -> None:
        """Let a command fail from now on, or work again."""
        file = self.state / f"broken.{command}"
        file.touch() if broken else file.unlink()

    def shut_down(self, *, blank: bool = False) -> None:
        """Unmount everything; a stopped instance also gets blank disks."""
        for name in ("assembled", "mounted", "swaps", "calls"):
            (self.state / name).write_text("")
        for each in self.state.glob("blkid.*"):
            if blank:
                each.unlink()

    def assemble(self) -> None:
        """Assemble the RAID, as udev does at boot."""
        shutil.copy(self.state / "members", self.state / "assembled")

    def has(self, package: str) -> None:
        """Install a package, as if the image had it."""
        command = _PACKAGES[package]
        (self.state / "packages" / package / command).rename(self.bin / command)

    def boot(self, parts: Sequence[UserDataPart]) -> list[int]:
        """Run the parts as cloud-init does, each separately, and return their exit statuses."""
        environment = {
            "PATH": str(self.bin),
            "BIN": str(self.bin),
            "STATE": str(self.state),
            "DEV": str(self.dev),
            "LOG": str(self.folder / "log"),
            "CONSOLE": str(self.folder / "console"),
            "FSTAB": str(self.fstab),
            "DOCKER_ROOT": str(self.docker),
            "SWAP_FILE": str(self.swap_file),
            "AGENT": str(self.folder),
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        }
        statuses = []
        for number, part in enumerate(parts):
            script = self.folder / f"part-{number}"
            script.write_text(part.body())
            script.chmod(0o700)
            statuses.append(subprocess.run([script], env=environment, check=False).returncode)
        return statuses

    @property
    def calls(self) -> list[str]:
        """Return the calls in order, without those that only read."""
        looks = ("lsblk", "blkid", "mountpoint", "udevadm", "swapon --show", "timeout")
        return [
            line for line in (self.state / "calls").read_text().splitlines() if not line.startswith(looks)
        ]

    @property
    def first_call(self) -> str:
        """Return the first of all calls."""
        return (self.state / "calls").read_text().splitlines()[0]

    @property
    def added(self) -> list[str]:
        """Return the lines of fstab after the first one, which was there before."""
        first, *rest = self.fstab.read_text().splitlines()
        assert first == "UUID=1 / xfs defaults 1 1"
        return rest

    @property
    def console(self) -> str:
        """Return the output on the console."""
        return (self.folder / "console").read_text()

    @property
    def log(self) -> str:
        """Return the content of the log."""
        return (self.folder / "log").read_text()
