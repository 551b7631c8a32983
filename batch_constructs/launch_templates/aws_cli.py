"""The AWS CLI on the instances, for jobs whose images do not have it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.launch_templates.boot_scripts import BootScript
from batch_constructs.launch_templates.places import check_mount_path, check_own_folder

__all__ = ["AwsCli"]

_VERSION = re.compile(r"2\.\d+\.\d+")
_DOWNLOAD = "https://awscli.amazonaws.com/awscli-exe-linux-{arch}-{version}.zip"


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCli:
    """The AWS CLI in a folder of the instance that any container can mount, since it contains its own Python.

    Use this for Nextflow, whose tasks copy their files with the instance's ``aws`` (``aws.batch.cliPath``), and for
    other tools that mount the CLI into the container of a job. It is installed before the ECS agent starts, on x86_64
    and arm64 with Amazon Linux 2023. If that fails five times, the instance takes no jobs: its ECS agent stays off,
    and the console output and ``/var/log/batch-aws-cli.log`` say why.

    Instances download it from the internet: AWS has no endpoint for ``awscli.amazonaws.com``. In an isolated network
    set ``url`` to a copy that instances can reach by HTTPS, or use an image of your own that has the CLI.

    Attributes:
        version: The version, such as ``"2.31.0"``; pinned, so that all instances have the same. By default the one
            with which this library was released. An instance that has it already installs nothing.
        path: The folder, which nothing else uses: by default ``/opt/aws-cli``, with the program in ``bin/aws``.
        url: The address of the zip file; ``{arch}`` becomes ``x86_64`` or ``aarch64``, ``{version}`` the version. By
            default the address at AWS.

    Raises:
        ValueError: the version is not one of the AWS CLI 2, the folder is not allowed, or the address is not HTTPS.

    Guide: Launch Template Support.
    """

    version: str = "2.31.0"
    path: str = "/opt/aws-cli"
    url: str = _DOWNLOAD

    def __post_init__(self) -> None:
        problems = Problems()
        problems.check(
            not known(self.version) or _VERSION.fullmatch(self.version) is not None,
            f"version must be one of the AWS CLI 2, as in 2.31.0, got {self.version!r}",
        )
        check_mount_path(problems, self.path, "path")
        check_own_folder(problems, "path", self.path)
        problems.check(
            not known(self.url) or self.url.startswith("https://"),
            f"url must begin with https://, got {self.url!r}",
        )
        problems.raise_if_any()

    @property
    def program(self) -> str:
        """The path of the program on the instance, for ``aws.batch.cliPath`` of Nextflow."""
        return f"{self.path}/bin/aws"

    @property
    def is_from_aws(self) -> bool:
        """Return whether instances download it from AWS, and so from the internet."""
        return self.url == _DOWNLOAD

    def script(self) -> BootScript:
        """Return the script that installs it; `BatchLaunchTemplate` adds it itself."""
        return BootScript(
            part="batch-aws-cli",
            files=["retry", "no_jobs", "aws_cli"],
            settings={
                "VERSION": self.version,
                "FOLDER": self.path,
                # The script fills in the architecture, since one template may serve both.
                "URL": self.url.replace("{version}", self.version),
            },
        )
