"""The AWS CLI on the instances, for jobs whose images do not bring it."""

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
    """The AWS CLI in a folder of the instance that brings its own Python, so that any container can mount it.

    Use it for Nextflow, whose tasks copy their files with ``aws`` from the instance (``aws.batch.cliPath``), and for
    other tools that mount the CLI into the image of a job. It is installed before the ECS agent starts, on x86_64 and
    arm64 with Amazon Linux 2023. Where that fails after five attempts, the instance takes no jobs: its ECS agent stays
    off, and the console output and ``/var/log/batch-aws-cli.log`` say why.

    Instances download it from the internet: AWS has no endpoint for ``awscli.amazonaws.com``. In an isolated network
    give ``url`` a copy that instances reach by HTTPS, or an image of your own that has it.

    Guide: Launch Template Support.

    Args:
        version: Which version, such as ``"2.31.0"``; pinned, so that all instances have the same. By default the one
            with which this library was released. An instance that has it already installs nothing.
        path: The folder, which nothing else uses: by default ``/opt/aws-cli``, with the program in ``bin/aws``.
        url: Where the zip file is; ``{arch}`` stands for ``x86_64`` or ``aarch64``, ``{version}`` for the version. By
            default where AWS keeps it.

    Raises:
        ValueError: the version is none of the AWS CLI 2, the folder is none for it, or the address is not HTTPS.
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
        """The program on the instance: ``aws.batch.cliPath`` of Nextflow."""
        return f"{self.path}/bin/aws"

    @property
    def is_from_aws(self) -> bool:
        """Whether instances download it from AWS, so from the internet."""
        return self.url == _DOWNLOAD

    def script(self) -> BootScript:
        """The script that installs it; `BatchLaunchTemplate` adds it by itself."""
        return BootScript(
            part="batch-aws-cli",
            files=["retry", "no_jobs", "aws_cli"],
            settings={
                "VERSION": self.version,
                "FOLDER": self.path,
                # The architecture is the instance's to say: a template may serve both.
                "URL": self.url.replace("{version}", self.version),
            },
        )
