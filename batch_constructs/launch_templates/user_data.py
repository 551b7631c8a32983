"""User data as AWS Batch accepts it: one MIME multi-part document, to which AWS Batch adds its own part."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from aws_cdk import Fn, Token

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.facts.boot_commands import (
    CONFIG_FILE,
    BootMistake,
    Mistake,
    cloud_config_mistakes,
    script_mistakes,
)
from batch_constructs.launch_templates.boot_scripts import shell

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CloudConfig",
    "ShellScript",
    "UserDataPart",
    "as_json",
    "base64_text",
    "mime_document",
]

_BOUNDARY = "==batch-constructs=="


class UserDataPart(Protocol):
    """One part of a MIME multi-part document; ``cloud-init`` runs the parts in their order."""

    content_type: ClassVar[str]
    """The type that tells ``cloud-init`` what to do with the part, such as ``text/x-shellscript``."""

    def body(self) -> str:
        """Return the part's text; it may contain tokens."""
        ...


@checked
@dataclass(frozen=True, slots=True)
class ShellScript:
    """Commands that run as root once, at the instance's first boot and before the ECS agent starts.

    Attributes:
        text: The script. Without a first line ``#!…`` it runs in ``/bin/bash``. Tokens pass.
        required: Whether an instance on which the script fails takes no jobs: its ECS agent stays off, and the console
            output says why. By default it takes jobs anyway. The script fails when it ends with a status other than
            0, so a script of several commands should begin with ``set -e``.

    Raises:
        ValueError: the script is empty, is required and not for bash, or has a command that keeps the instance from
            joining: one that waits for the ECS agent (``systemctl start ecs``), one that overwrites
            ``/etc/ecs/ecs.config``, or one that Amazon Linux 2023 does not have, such as ``amazon-linux-extras``.

    Guide: Launch Template Support.
    """

    text: str
    required: bool = field(default=False, kw_only=True)
    content_type: ClassVar[str] = "text/x-shellscript"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a shell script needs at least one command, got an empty string")
        first = self.text.partition("\n")[0]
        if self.required and (
            first.startswith("${Token[") or (first.startswith("#!") and "bash" not in first)
        ):
            raise ValueError(
                f"required=True needs a bash script, since it checks its exit status, got {first!r}"
            )
        problems = Problems()
        problems.add(*map(_problem, script_mistakes(self.text)))
        problems.raise_if_any()

    @classmethod
    def from_file(cls, path: str | Path, *, required: bool = False) -> Self:
        """Read the script from a UTF-8 file when the app runs.

        Args:
            path: The path of the file, relative to the working directory of the app.
            required: Whether an instance on which the script fails takes no jobs. By default it takes them.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file is empty, or required and not for bash.
        """
        return cls(Path(path).read_text(encoding="utf-8"), required=required)

    def body(self) -> str:
        """Return the script with its first line, without which the kernel refuses to run it."""
        chosen = self.text.startswith(("#!", "${Token["))
        text = self.text if chosen else f"#!/bin/bash\n{self.text}"
        if not self.required:
            return text
        first, _, rest = text.partition("\n")
        return f"{first}\n{shell('required').rstrip()}\n{rest}"


@checked
@dataclass(frozen=True, slots=True)
class CloudConfig:
    """Settings for ``cloud-init``, such as ``mounts``, ``packages`` or ``write_files``.

    Attributes:
        config: The settings as a mapping of plain values, or as a YAML string. Tokens pass.

    Raises:
        ValueError: there is no setting, or a command of ``runcmd`` or ``bootcmd`` or a file of ``write_files`` keeps
            the instance from joining, as in `ShellScript`.

    Guide: Launch Template Support.
    """

    config: Mapping[str, Any] | str
    content_type: ClassVar[str] = "text/cloud-config"

    def __post_init__(self) -> None:
        if not self.config or (isinstance(self.config, str) and not self.config.strip()):
            raise ValueError("a cloud-config needs at least one setting, got none")
        problems = Problems()
        problems.add(*map(_problem, cloud_config_mistakes(self.config)))
        problems.raise_if_any()

    def body(self) -> str:
        """Return the settings as YAML; a mapping becomes JSON, which is YAML with every string in quotes."""
        config = self.config
        text = (
            config if isinstance(config, str) else json.dumps(as_json(config), indent=2, ensure_ascii=False)
        )
        return text if text.startswith(("#cloud-config", "${Token[")) else f"#cloud-config\n{text}"


def _problem(mistake: BootMistake) -> str:
    """Return the problem with its remedy."""
    match mistake.kind:
        case Mistake.WAITS:
            return (
                "a command must not wait for the ECS agent or Docker, which start after user data has ended, got "
                f"{mistake.got!r}: leave it out, they start by themselves, or add --no-block"
            )
        case Mistake.OVERWRITES:
            in_files = mistake.got == "write_files"
            got = (
                "write_files with it: write append: true"
                if in_files
                else f"{mistake.got!r}: append with '>>'"
            )
            return (
                f"{CONFIG_FILE} must not be overwritten, since AWS Batch writes the settings there with which the "
                f"instance joins, got {got}, or use EcsAgentConfig"
            )
        case Mistake.LACKING:
            return (
                f"{mistake.name} does not exist on Amazon Linux 2023, the image of new environments, got "
                f"{mistake.got!r}: use dnf or systemctl, or test in the script which image it is"
            )


def mime_document(parts: Sequence[UserDataPart]) -> str:
    """Return the parts as one document; the same parts give the same bytes.

    Args:
        parts: The parts in the order in which they run.
    """
    # cloud-init garbles text that is not ASCII unless it is in base64.
    bodies = [part.body().replace("\r\n", "\n").rstrip("\n") for part in parts]
    boundary = _BOUNDARY
    while any(boundary in body for body in bodies):
        boundary += "="
    lines = ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"', ""]
    for part, body in zip(parts, bodies, strict=True):
        encoding, text = ("7bit", body) if body.isascii() else ("base64", base64_text(f"{body}\n"))
        lines += [
            f"--{boundary}",
            f'Content-Type: {part.content_type}; charset="utf-8"',
            f"Content-Transfer-Encoding: {encoding}",
            "",
            text,
            "",
        ]
    return "\n".join([*lines, f"--{boundary}--", ""])


def base64_text(text: str) -> str:
    """Return the text in base64; CloudFormation encodes it only if a token must be resolved first.

    Args:
        text: The text to encode, as UTF-8.
    """
    return b64encode(text.encode()).decode() if known(text) else Fn.base64(text)


def as_json(value: Any) -> Any:
    """Return a value as JSON can write it, with tokens that CloudFormation still finds.

    Args:
        value: Mappings, lists and simple values.
    """
    match value:
        case Mapping():
            return {key: as_json(item) for key, item in value.items()}
        case list() | tuple():
            return [as_json(item) for item in value]
        case float() if not known(value):
            # Inside a string the CDK resolves only string tokens.
            return Token.as_string(value)
    return value
