"""Mistakes in user data about the ECS agent: waiting for it, overwriting its settings, old package commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["RESERVED_SETTINGS", "command_problems", "reserved_settings", "write_problem"]

CONFIG_FILE = "/etc/ecs/ecs.config"
RESERVED_SETTINGS = ("ECS_CLUSTER", "ECS_INSTANCE_ATTRIBUTES")
"""Settings that AWS Batch writes there, so that an instance joins its environment."""

# These separate commands. A single & is not one: it belongs to the command that it sends to the background.
_SEPARATORS = re.compile(r"&&|\|\||[;|\n(){}`]|\$\(")
# try-restart does nothing to a service that is not running yet.
_STARTS = frozenset({"start", "restart", "reload-or-restart"})
# Both units wait until cloud-init ends: aws/amazon-ecs-agent#1707, moby/moby#41767.
_UNITS = frozenset({"ecs", "docker"})
_OVERWRITES = re.compile(
    rf"(?<!>)>\|?\s*[\"']?{re.escape(CONFIG_FILE)}\b|\btee\s+(?!-a|--append)[^|;&]*{re.escape(CONFIG_FILE)}\b"
)
_GUARDED = re.compile(
    r"(command -v|which|type|hash|-x|-f|-e)\s+\S*amazon-linux-extras|os-release|system-release"
)
_RESERVED = re.compile(rf"\b({'|'.join(RESERVED_SETTINGS)})\s*=")


def command_problems(text: str) -> Iterator[str]:
    """Yield the problems of the commands in a script that runs when an instance starts.

    Args:
        text: The script; it may contain tokens.
    """
    lines = [line for line in text.replace("\\\n", " ").splitlines() if not line.lstrip().startswith("#")]
    for line in lines:
        for command in _SEPARATORS.split(line):
            yield from _of_command(command.split(), text)
        if _OVERWRITES.search(line):
            yield write_problem(f"got {line.strip()!r}")


def write_problem(got: str) -> str:
    """Return the problem of a settings file that is overwritten.

    Args:
        got: What the user gave, as the message shows it.
    """
    return (
        f"{CONFIG_FILE} must not be overwritten, since AWS Batch writes the settings there with which the instance "
        f"joins, {got}: append with '>>', or use EcsAgentConfig"
    )


def reserved_settings(text: str) -> list[str]:
    """Return the settings of the agent that a script sets although AWS Batch sets them.

    Args:
        text: The text of a part of user data.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return sorted({found for line in lines for found in _RESERVED.findall(line)})


def _of_command(words: Sequence[str], text: str) -> Iterator[str]:
    if _waits_for_agent(words):
        yield (
            "a command must not wait for the ECS agent or Docker, which start after user data has ended, got "
            f"{' '.join(words)!r}: leave it out, they start by themselves, or add --no-block"
        )
    if words[-1:] != ["amazon-linux-extras"] and "amazon-linux-extras" in words and not _GUARDED.search(text):
        yield (
            "amazon-linux-extras does not exist on Amazon Linux 2023, the image of new environments, got "
            f"{' '.join(words)!r}: use dnf, or test with 'command -v amazon-linux-extras' first"
        )


def _waits_for_agent(words: Sequence[str]) -> bool:
    """Return whether a command starts or restarts ecs or docker and waits until that is done."""
    if words[-1:] == ["&"] or not {"systemctl", "service"} & {*words}:
        return False
    tool = next(word for word in words if word in {"systemctl", "service"})
    behind = list(words[words.index(tool) + 1 :])
    options = [word for word in behind if word.startswith("-")]
    plain = [word.strip("\"'").removesuffix(".service") for word in behind if not word.startswith("-")]
    if "--no-block" in options or not plain:
        return False
    if tool == "service":
        return plain[0] in _UNITS and bool(_STARTS & {*plain[1:2]})
    verb, units = plain[0], plain[1:]
    starts = verb in _STARTS or (verb in {"enable", "reenable"} and "--now" in options)
    return starts and bool(_UNITS & {*units})
