"""Volumes of a pod: directories of the pod or the node, secrets and claims of Kubernetes."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given, members
from batch_constructs._border.tokens import known, mebibytes
from batch_constructs.facts import limits, patterns
from batch_constructs.facts.eks import EmptyDirMedium
from batch_constructs.job_definitions.amounts import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import Size

__all__ = [
    "EksEmptyDir",
    "EksHostPath",
    "EksMount",
    "EksPersistentVolumeClaim",
    "EksSecret",
    "EksVolume",
    "EksVolumes",
    "check_eks_mounts",
]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksEmptyDir:
    """A directory that is made for the pod, shared by its containers, and deleted with it.

    Attributes:
        size_limit: The most that it may hold, in whole MiB; a pod that writes more is evicted. By default as much as
            the node has.
        medium: The disk of the node, or its memory, which counts as memory of the containers that write. By default
            the disk.

    Raises:
        ValueError: the size is 0, or not a whole number of MiB.

    Guide: Job Definition Parameters (eksProperties).
    """

    size_limit: Size | None = None
    medium: EmptyDirMedium = EmptyDirMedium.DISK

    def __post_init__(self) -> None:
        problems = Problems()
        problems.within("size_limit", mebibytes(self.size_limit), limits.EKS_EMPTY_DIR_MIB)
        problems.raise_if_any()

    def _members(self) -> dict[str, Any]:
        size = mebibytes(self.size_limit)
        return given(medium=self.medium, sizeLimit=None if size is None else quantity(size))


@checked
@dataclass(frozen=True, slots=True)
class EksHostPath:
    """A file or directory of the node; files that a container writes there outlive its job.

    Attributes:
        path: The path on the node, such as a scratch disk that the launch template mounted.

    Raises:
        ValueError: the path is not absolute.

    Guide: Job Definition Parameters (eksProperties).
    """

    path: str

    def __post_init__(self) -> None:
        if known(self.path) and not self.path.startswith("/"):
            raise ValueError(f"path must be absolute, such as /scratch, got {self.path!r}")


@checked
@dataclass(frozen=True, slots=True)
class EksSecret:
    """A secret of Kubernetes, in the job's namespace, as files: one for each of its keys.

    Attributes:
        secret_name: Its name in Kubernetes.
        optional: Whether the pod also starts without it. By default it does not.

    Raises:
        ValueError: the name is not a valid one in Kubernetes.

    Guide: Job Definition Parameters (eksProperties).
    """

    secret_name: str
    _: KW_ONLY
    optional: bool | None = None

    def __post_init__(self) -> None:
        _check_name("secret_name", self.secret_name)


@checked
@dataclass(frozen=True, slots=True)
class EksPersistentVolumeClaim:
    """A volume that outlives the job, by a claim in its namespace: EFS, FSx for Lustre or EBS, by their drivers.

    Attributes:
        claim_name: Its name in Kubernetes.
        read_only: Whether all containers can only read. By default they can write.

    Raises:
        ValueError: the name is not a valid one in Kubernetes.

    Guide: Job Definition Parameters (eksProperties).
    """

    claim_name: str
    _: KW_ONLY
    read_only: bool | None = None

    def __post_init__(self) -> None:
        _check_name("claim_name", self.claim_name)


EksVolume: TypeAlias = EksEmptyDir | EksHostPath | EksSecret | EksPersistentVolumeClaim
"""A volume that can be mounted. The same object in several containers of a pod is one volume."""


@checked
@dataclass(frozen=True, slots=True)
class EksMount:
    """A volume that is read-only in one container, or of which that container sees a part.

    Attributes:
        volume: The volume.
        read_only: Whether this container can only read. By default it can write, if the volume allows it.
        sub_path: The part of the volume to mount, such as ``results/2026``. By default all of it.

    Raises:
        ValueError: the part begins with a slash, or is outside the volume.

    Guide: Job Definition Parameters (eksProperties).
    """

    volume: EksVolume
    _: KW_ONLY
    read_only: bool = False
    sub_path: str | None = None

    def __post_init__(self) -> None:
        path = self.sub_path
        if path is not None and known(path) and (path.startswith("/") or ".." in path.split("/")):
            raise ValueError(
                f"sub_path must be relative and stay inside the volume, such as results/2026, got {path!r}"
            )


def _check_name(name: str, value: str) -> None:
    problems = Problems()
    problems.matches(name, value, patterns.DNS_SUBDOMAIN)
    problems.raise_if_any()


def check_eks_mounts(problems: Problems, mounts: Mapping[str, EksVolume | EksMount] | None) -> None:
    """Add a problem for paths at which Kubernetes cannot mount a volume."""
    for path in mounts or ():
        problems.check(
            not known(path) or (path.startswith("/") and path.strip("/") != "" and ":" not in path),
            f"the paths of mounts must be absolute, not the root, and without a colon, such as /data, got {path!r}",
        )


class EksVolumes:
    """The volumes of one pod, each with its own name."""

    def __init__(self, containers: Iterable[Mapping[str, EksVolume | EksMount] | None]) -> None:
        """Name each volume after the first path at which it is mounted."""
        # By identity: two equal values, such as two empty directories, are two volumes.
        self._names: dict[int, str] = {}
        self._volumes: list[EksVolume] = []
        for path, mount in (item for mounts in containers for item in (mounts or {}).items()):
            volume = _volume(mount)
            if id(volume) not in self._names:
                self._names[id(volume)] = self._free_name(path)
                self._volumes.append(volume)

    def _free_name(self, path: str) -> str:
        # Names are labels of at most 63 characters, and the number needs some of them.
        wish = re.sub(r"[^a-z0-9]+", "-", path.lower())[:50].strip("-") if known(path) else ""
        wish = wish or "volume"
        taken = set(self._names.values())
        names = (wish if number == 1 else f"{wish}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    @property
    def members(self) -> list[dict[str, Any]]:
        """The ``volumes`` of the pod."""
        return [{"name": self._names[id(each)], **_kind_of(each)} for each in self._volumes]

    def mounts(self, mounts: Mapping[str, EksVolume | EksMount] | None) -> list[dict[str, Any]]:
        """Return the ``volumeMounts`` of a container."""
        return [
            given(
                name=self._names[id(_volume(mount))],
                mountPath=path,
                readOnly=(isinstance(mount, EksMount) and mount.read_only) or None,
                subPath=mount.sub_path if isinstance(mount, EksMount) else None,
            )
            for path, mount in (mounts or {}).items()
        ]


def _volume(mount: EksVolume | EksMount) -> EksVolume:
    return mount.volume if isinstance(mount, EksMount) else mount


def _kind_of(volume: EksVolume) -> dict[str, Any]:
    name = type(volume).__name__.removeprefix("Eks")
    return {name[0].lower() + name[1:]: members(volume)}
