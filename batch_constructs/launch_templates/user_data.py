"""User data as AWS Batch takes it: one MIME multi-part document, to which Batch adds its own part."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import yaml
from aws_cdk import Fn, Token

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known
from batch_constructs.launch_templates.boot_scripts import shell
from batch_constructs.launch_templates.commands import CONFIG_FILE, command_problems, write_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "CloudConfig",
    "ShellScript",
    "UserDataPart",
    "base64_text",
    "mime_document",
    "plain",
]

_BOUNDARY = "==batch-constructs=="


class UserDataPart(Protocol):
    """One part of a MIME multi-part document; ``cloud-init`` runs the parts in their order."""

    content_type: ClassVar[str]
    """What ``cloud-init`` is to make of the part, such as ``text/x-shellscript``."""

    def body(self) -> str:
        """The part's text; tokens may be in it."""
        ...


@checked
@dataclass(frozen=True, slots=True)
class ShellScript:
    """Commands that run as root once, at the instance's first boot and before the ECS agent starts.

    Args:
        text: The script. Without a first line ``#!…`` it runs in ``/bin/bash``. Tokens pass.
        required: Whether an instance on which the script fails takes no jobs: its ECS agent stays off, and the console
            output says why. By default it takes jobs all the same. The script fails when it ends with a status other
            than 0, so that one of several commands mostly begins with ``set -e``.

    Raises:
        ValueError: the script is empty, is required and not for bash, or has a command that keeps the instance from
            joining: one that waits for the ECS agent (``systemctl start ecs``), one that writes
            ``/etc/ecs/ecs.config`` anew, or ``amazon-linux-extras``, which Amazon Linux 2023 does not have.

    Guide: Launch Template Support.
    """

    text: str
    required: bool = field(default=False, kw_only=True)
    content_type: ClassVar[str] = "text/x-shellscript"

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a shell script needs at least one command, got an empty text")
        first = self.text.partition("\n")[0]
        if self.required and (
            first.startswith("${Token[") or (first.startswith("#!") and "bash" not in first)
        ):
            raise ValueError(f"required=True needs a script for bash, whose end it watches, got {first!r}")
        problems = Problems()
        problems.add(*command_problems(self.text))
        problems.raise_if_any()

    @classmethod
    def from_file(cls, path: str | Path, *, required: bool = False) -> Self:
        """Read the script from a UTF-8 file when the app runs.

        Args:
            path: Where the file is, from the folder that the app runs in.
            required: Whether an instance on which the script fails takes no jobs. By default it takes them.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file is empty, or required and not for bash.
        """
        return cls(Path(path).read_text(encoding="utf-8"), required=required)

    def body(self) -> str:
        """The script with its first line, without which the kernel refuses to run it."""
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

    Args:
        config: The settings as a mapping of plain values, or the YAML text itself. Tokens pass.

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
        problems.add(*_problems_of(self.config))
        problems.raise_if_any()

    def body(self) -> str:
        """The settings as YAML; a mapping as JSON, which is YAML with every text safely in quotes."""
        config = self.config
        text = config if isinstance(config, str) else json.dumps(plain(config), indent=2, ensure_ascii=False)
        return text if text.startswith(("#cloud-config", "${Token[")) else f"#cloud-config\n{text}"


def _problems_of(config: Mapping[str, Any] | str) -> Iterator[str]:
    """Yield what keeps an instance from joining its environment."""
    if isinstance(config, str):
        try:
            config = yaml.safe_load(config)
        except yaml.YAMLError:
            # With tokens in it, it may become YAML at the deploy.
            return
    if not isinstance(config, Mapping):
        return
    for name in ("bootcmd", "runcmd"):
        for command in _listed(config.get(name)):
            words = command if isinstance(command, str) else " ".join(map(str, _listed(command)))
            yield from command_problems(words)
    for file in _listed(config.get("write_files")):
        if isinstance(file, Mapping) and file.get("path") == CONFIG_FILE and not file.get("append"):
            yield write_problem("got write_files with it").replace("append with '>>'", "write append: true")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def mime_document(parts: Sequence[UserDataPart]) -> str:
    """The parts as one document, the same bytes for the same parts.

    Args:
        parts: In the order in which they run.
    """
    # cloud-init garbles what is not ASCII unless it travels as base64.
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
    """The text in base64, by CloudFormation only where a token must be resolved first.

    Args:
        text: What to encode, as UTF-8.
    """
    return b64encode(text.encode()).decode() if known(text) else Fn.base64(text)


def plain(value: Any) -> Any:
    """A value as JSON can write it, with tokens that CloudFormation still finds.

    Args:
        value: Mappings, lists and plain values.
    """
    match value:
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case float() if not known(value):
            # Inside a text the CDK resolves only text tokens.
            return Token.as_string(value)
    return value
