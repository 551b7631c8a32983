"""Commands in user data that keep an instance from joining its environment, and how to recognise them.

Sources: the Amazon ECS Developer Guide, "Installing the Amazon ECS container agent" (2026), whose note on deadlocks says
that the units of ECS and Docker wait for cloud-init; aws/amazon-ecs-agent#1707 and #4818; the Amazon Linux 2023 User
Guide, "Comparing AL2 and AL2023" (2026); amazonlinux/amazon-linux-2023#92.

A script is not run here. A line counts only if it certainly runs as it is written: text in here-documents, arguments of
``echo`` and commands in the background do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONFIG_FILE = "/etc/ecs/ecs.config"
"""The settings of the ECS agent. AWS Batch writes the name of its cluster there."""
RESERVED_SETTINGS = ("ECS_CLUSTER", "ECS_INSTANCE_ATTRIBUTES")
"""Settings that AWS Batch writes there, so that an instance joins its environment."""

LACKING_ON = "Amazon Linux 2023"
"""The operating system that lacks what `Mistake.LACKING` is about."""


class Mistake(Enum):
    """A kind of command that keeps an instance from joining, or that its image does not have."""

    WAITS = "a command that waits for the ECS agent or Docker, which wait for user data to end"
    OVERWRITES = "a command that replaces the settings of the ECS agent"
    LACKING = "a command or package that Amazon Linux 2023 does not have"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootMistake:
    """A mistake in user data.

    Attributes:
        kind: Its kind.
        got: The command as it is written.
        name: For `Mistake.LACKING`, what Amazon Linux 2023 does not have.
    """

    kind: Mistake
    got: str
    name: str = ""


# These separate commands. A single & is not one: it belongs to the command that it sends to the background.
_SEPARATORS = re.compile(r"&&|\|\||[;|\n(){}`]|\$\(")
_HERE_DOCUMENT = re.compile(r"<<-?\s*\\?[\"']?(\w+)[\"']?")
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash"})
# Words in front of a command that leave it as it is.
_IN_FRONT = frozenset(
    {
        "-",
        "!",
        "if",
        "then",
        "else",
        "elif",
        "while",
        "until",
        "do",
        "sudo",
        "nohup",
        "exec",
        "time",
        "env",
        *_SHELLS,
    }
)
_ASSIGNMENT = re.compile(r"\w+=\S*\Z")
# try-restart does nothing to a service that is not running yet.
_STARTS = frozenset({"start", "restart", "reload-or-restart"})
_UNITS = frozenset({"ecs", "docker"})
# These change the order of the units, or send several commands to the background together.
_MAY_NOT_WAIT = re.compile(r"cloud-final|[)}]\s*&(?!&)")
_FILE = re.escape(CONFIG_FILE)
_OVERWRITES = re.compile(
    rf"(?<!>)>\|?\s*[\"']?{_FILE}\b|\btee\s+(?!-a|--append)[^|;&]*{_FILE}\b"
    rf"|\b(?:cp|mv|install)\s[^|;&]*\s[\"']?{_FILE}[\"']?\s*(?:$|[|;&])|\bcurl\s[^|;&]*-o\s*{_FILE}\b|\bwget\s[^|;&]*-O\s*{_FILE}\b"
)
# Each with the word by which a script can ask first.
_LACKING = {
    "amazon-linux-extras": re.compile(r"(?:\S*/)?amazon-linux-extras\Z"),
    "EPEL": re.compile(r"\S*\bepel-release\S*\Z"),
    "Python 2": re.compile(r"(?:\S*/)?(?:python2|python2\.7|pip2)\Z"),
    "Upstart": re.compile(r"(?:\S*/)?initctl\Z"),
}
_UPSTART = frozenset({"start", "stop", "restart"})
_GUARDED = re.compile(
    r"(command -v|which|type|hash|-x|-f|-e)\s+\S*(amazon-linux-extras|python2|initctl)|os-release|system-release"
)
_RESERVED = re.compile(rf"\b({'|'.join(RESERVED_SETTINGS)})\s*=")


def script_mistakes(text: str) -> Iterator[BootMistake]:
    """Yield the mistakes in a shell script that runs when an instance starts; nothing for other languages.

    Args:
        text: The script; it may contain placeholders.
    """
    first = text.lstrip().partition("\n")[0]
    if first.startswith("#!") and not re.search(r"\b(?:ba|da|k|z)?sh\b", first):
        return
    for line in _lines(text):
        waits = not line.rstrip().endswith("&") and not _MAY_NOT_WAIT.search(text)
        guarded = "||" in line or _GUARDED.search(text) is not None
        for command in _SEPARATORS.split(line):
            words = _own_words(command)
            got = " ".join(command.split()).removeprefix("- ")
            if waits and _waits_for_agent(words):
                yield BootMistake(kind=Mistake.WAITS, got=got)
            if not guarded and (name := _lacking(words)):
                yield BootMistake(kind=Mistake.LACKING, got=got, name=name)
        if _OVERWRITES.search(line):
            yield BootMistake(kind=Mistake.OVERWRITES, got=line.strip())


def cloud_config_mistakes(config: Mapping[str, Any] | str) -> Iterator[BootMistake]:
    """Yield the mistakes in settings of cloud-init: in ``bootcmd``, ``runcmd``, ``write_files`` and ``packages``.

    Args:
        config: The settings, or their YAML. YAML that placeholders make invalid is read line by line.
    """
    if isinstance(config, str):
        import yaml  # noqa: PLC0415 - costs 20 ms

        try:
            found = yaml.safe_load(config)
        except yaml.YAMLError:
            yield from script_mistakes(config)
            return
        config = found if isinstance(found, Mapping) else {}
    for name in ("bootcmd", "runcmd"):
        for command in _listed(config.get(name)):
            words = command if isinstance(command, str) else " ".join(map(str, _listed(command)))
            yield from script_mistakes(words)
    for file in _listed(config.get("write_files")):
        if isinstance(file, Mapping) and file.get("path") == CONFIG_FILE and not file.get("append"):
            yield BootMistake(kind=Mistake.OVERWRITES, got="write_files")
    for package in _listed(config.get("packages")):
        name = _lacking([package]) if isinstance(package, str) else ""
        if name:
            yield BootMistake(kind=Mistake.LACKING, got=package, name=name)


def reserved_settings(text: str) -> list[str]:
    """Return the settings of the agent that a script sets although AWS Batch sets them.

    Args:
        text: The text of a part of user data.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return sorted({found for line in lines for found in _RESERVED.findall(line)})


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that run: without comments, and without here-documents, which are files."""
    end = ""
    for line in text.replace("\\\n", " ").splitlines():
        if end:
            end = "" if line.strip() == end else end
            continue
        if line.lstrip().startswith("#"):
            continue
        yield line
        opened = _HERE_DOCUMENT.search(line)
        # A shell runs the here-document that it reads.
        if opened and not set(line[: opened.start()].split()) <= {"sudo", "-s", *_SHELLS}:
            end = opened[1]


def _own_words(command: str) -> list[str]:
    """Return the words of a command without what leaves it as it is, such as ``sudo``; empty for arguments of others."""
    words = [word.strip("\"'") for word in command.split()]
    while words and (words[0] in _IN_FRONT or _ASSIGNMENT.match(words[0])):
        wrapped = words.pop(0)
        # The options of sudo, env and sh.
        while wrapped not in {"-", "!"} and words and words[0].startswith("-"):
            words.pop(0)
    return words


def _lacking(words: Sequence[str]) -> str:
    """Return what a command needs that Amazon Linux 2023 does not have; empty if it needs nothing of that kind."""
    if len(words) == 2 and words[0] in _UPSTART and words[1] in _UNITS:
        return "Upstart"
    installs = words[:1] in (["yum"], ["dnf"], ["rpm"]) and "remove" not in words
    for name, form in _LACKING.items():
        if any(map(form.match, words[:1] if name != "EPEL" or not installs else words)):
            return name
    return ""


def _waits_for_agent(words: Sequence[str]) -> bool:
    """Return whether a command starts or restarts ecs or docker and waits until that is done."""
    tool, behind = (words[0].rpartition("/")[2], list(words[1:])) if words else ("", [])
    if words[-1:] == ["&"] or tool not in {"systemctl", "service"}:
        return False
    options = [word for word in behind if word.startswith("-")]
    plain = [word.removesuffix(".service") for word in behind if not word.startswith("-")]
    if "--no-block" in options or not plain:
        return False
    if tool == "service":
        return plain[0] in _UNITS and bool(_STARTS & {*plain[1:2]})
    verb, units = plain[0], plain[1:]
    starts = verb in _STARTS or (verb in {"enable", "reenable"} and "--now" in options)
    return starts and bool(_UNITS & {*units})


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
