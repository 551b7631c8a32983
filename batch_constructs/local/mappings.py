"""Replacements on this machine for things that only AWS has, from the file of ``--map``."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEMBERS = ("secrets", "images", "mounts")


class MappingError(ValueError):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Replacements for secrets, images and volumes.

    Attributes:
        secrets: ``env:NAME`` or ``file:PATH`` by the ARN or the end of the ARN of a secret or parameter.
        images: The local image by the URI of an image.
        mounts: The folder by the host path, file system id or name of a volume.
    """

    secrets: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    mounts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Mappings:
        """Read the file.

        Raises:
            MappingError: It is no such file.
        """
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise MappingError(f"{path} cannot be read: {error}") from None
        if not isinstance(found, dict) or not set(found) <= set(_MEMBERS):
            raise MappingError(f"{path} must have {', '.join(_MEMBERS)} only")
        for name, entries in found.items():
            if not isinstance(entries, dict) or not all(isinstance(each, str) for each in entries.values()):
                raise MappingError(f"{name} in {path} must map strings to strings")
        return cls(**found)

    def secret(self, arn: str) -> str | None:
        """Return the value of a secret; ``None`` if the file has none for it.

        Raises:
            MappingError: The variable or the file is missing.
        """
        source = next((each for key, each in self.secrets.items() if arn == key or arn.endswith(key)), None)
        if source is None:
            return None
        kind, _, name = source.partition(":")
        try:
            return os.environ[name] if kind == "env" else Path(name).read_text(encoding="utf-8").rstrip("\n")
        except (KeyError, OSError):
            raise MappingError(f"{source} for the secret {arn} does not exist") from None
