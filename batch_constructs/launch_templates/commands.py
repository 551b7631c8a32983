"""What commands in user data do to the ECS agent: wait for it, take its settings away, or fail on Amazon Linux 2023."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["RESERVED_SETTINGS", "command_problems", "reserved_settings", "write_problem"]

CONFIG_FILE = "/etc/ecs/ecs.config"
RESERVED_SETTINGS = ("ECS_CLUSTER", "ECS_INSTANCE_ATTRIBUTES")
"""What AWS Batch writes there itself, so that an instance joins its environment and is known by its revision."""

# One command: what stands between these. A single & is taken with the command that it sends to the background.
_SEPARATORS = re.compile(r"&&|\|\||[;|\n(){}`]|\$\(")
# try-restart leaves alone what does not run yet.
_STARTS = frozenset({"start", "restart", "reload-or-restart"})
# The units of both wait for cloud-init to end: aws/amazon-ecs-agent#1707, moby/moby#41767.
_UNITS = frozenset({"ecs", "docker"})
_OVERWRITES = re.compile(
    rf"(?<!>)>\|?\s*[\"']?{re.escape(CONFIG_FILE)}\b|\btee\s+(?!-a|--append)[^|;&]*{re.escape(CONFIG_FILE)}\b"
)
_GUARDED = re.compile(
    r"(command -v|which|type|hash|-x|-f|-e)\s+\S*amazon-linux-extras|os-release|system-release"
)
_RESERVED = re.compile(rf"\b({'|'.join(RESERVED_SETTINGS)})\s*=")


def command_problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the commands of a script that runs when an instance starts.

    Args:
        text: The script; tokens may be in it.
    """
    lines = [line for line in text.replace("\\\n", " ").splitlines() if not line.lstrip().startswith("#")]
    for line in lines:
        for command in _SEPARATORS.split(line):
            yield from _of_command(command.split(), text)
        if _OVERWRITES.search(line):
            yield write_problem(f"got {line.strip()!r}")


def write_problem(got: str) -> str:
    """Return what is wrong with a file of settings that is written anew.

    Args:
        got: What the user gave.
    """
    return (
        f"{CONFIG_FILE} must be added to, since AWS Batch writes to it what lets the instance join, {got}: append with "
        "'>>', or use EcsAgentConfig"
    )


def reserved_settings(text: str) -> list[str]:
    """Return which settings of the agent a text sets that AWS Batch sets itself.

    Args:
        text: Of a part of user data.
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
            "amazon-linux-extras is not there on Amazon Linux 2023, the image of new environments, got "
            f"{' '.join(words)!r}: use dnf, or ask with 'command -v amazon-linux-extras' first"
        )


def _waits_for_agent(words: Sequence[str]) -> bool:
    """Return whether a command starts ecs or docker, again or for the first time, and waits until that is done."""
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
