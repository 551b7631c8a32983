"""Containers in a container engine that speaks Docker's API: Docker, or podman with its socket."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from batch_constructs.local.executors.base import CannotStartError, InvalidDefinitionError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container as DockerContainer

    from batch_constructs.local.executors.base import Container

_FOLDER_LABEL = "batch-constructs.folder"
_CPU_SHARES = 1_024
_INVALID = 400
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


class NoEngineError(Exception):
    """There is no container engine, or docker-py is not installed; the message says which."""


class DockerExecutor:
    """Runs each container with its image, limits, user, volumes and capabilities.

    Nothing is pulled, no container is privileged, and no folder of this machine is mounted unless it is asked for.

    Args:
        images: The local image for an image of a job definition, by its URI.
        mounts: The folder of this machine for a volume, by the volume's host path, file system id or name.
        pull: Whether missing images are pulled.
        privileged: Whether containers that ask for it are privileged.

    Raises:
        NoEngineError: There is no container engine, or docker-py is missing.
    """

    name = "docker"

    def __init__(
        self,
        *,
        images: Mapping[str, str] | None = None,
        mounts: Mapping[str, str] | None = None,
        pull: bool = False,
        privileged: bool = False,
    ) -> None:
        self._client = _client()
        self._images = images or {}
        self._mounts = mounts or {}
        self._pull = pull
        self._privileged = privileged

    def start(self, container: Container) -> RunningContainer:
        """Create and start a container.

        Raises:
            CannotStartError: The image is missing, the command cannot be started, or a volume is not mapped.
            InvalidDefinitionError: The engine refuses the settings of the container.
        """
        from docker.errors import APIError, ImageNotFound  # noqa: PLC0415 - an extra

        image = self._images.get(container.image, container.image)
        try:
            self._ensure(image)
            made = self._client.containers.create(
                image,
                list(container.command) or None,
                name=container.id,
                environment=dict(container.environment),
                labels={_FOLDER_LABEL: str(container.folder.parent)},
                network_mode="host",
                **self._limits(container),
                **_settings(container.properties),
                volumes=self._volumes(container.properties),
                privileged=self._privileged and bool(container.properties.get("privileged")),
            )
        except ImageNotFound:
            raise CannotStartError(
                f"CannotPullContainerError: the image {image} is not on this machine: pull it, add --pull, "
                f"or map it under images"
            ) from None
        except APIError as error:
            # The engine answers 400 to settings that no container can have.
            kind = InvalidDefinitionError if error.status_code == _INVALID else CannotStartError
            raise kind(f"CannotStartContainerError: {error.explanation or error}") from None
        _start(made)
        return RunningContainer(made)

    def clean_up(self, folder: Path) -> None:
        """Remove containers that an earlier run left behind."""
        for each in self._client.containers.list(all=True, filters={"label": f"{_FOLDER_LABEL}={folder}"}):
            each.remove(force=True)

    def _ensure(self, image: str) -> None:
        from docker.errors import ImageNotFound  # noqa: PLC0415 - an extra

        try:
            self._client.images.get(image)
        except ImageNotFound:
            if not self._pull:
                raise
            self._client.images.pull(image)

    def _limits(self, container: Container) -> dict[str, Any]:
        limits: dict[str, Any] = {"cpu_shares": max(2, int(container.vcpus * _CPU_SHARES))}
        if container.memory:
            limits["mem_limit"] = f"{container.memory}m"
        if container.gpus:
            from docker.types import DeviceRequest  # noqa: PLC0415 - an extra

            limits["device_requests"] = [DeviceRequest(count=container.gpus, capabilities=[["gpu"]])]
        return limits

    def _volumes(self, properties: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """Return the mounts of a container by the folder of this machine.

        Raises:
            CannotStartError: A volume has no folder here.
        """
        places = {each.get("name"): _place(each) for each in properties.get("volumes", ())}
        found: dict[str, dict[str, str]] = {}
        for point in properties.get("mountPoints", ()):
            volume = point.get("sourceVolume", "")
            keys = [key for key in (places.get(volume, ""), volume) if key]
            source = next((self._mounts[key] for key in keys if key in self._mounts), None)
            if source is None and places.get(volume):
                raise CannotStartError(
                    f"CannotStartContainerError: map the volume {places[volume]} under mounts, or its jobs cannot run here"
                )
            mode = "ro" if point.get("readOnly") else "rw"
            # A volume without a place on the host is an empty one of its own.
            found[source or f"{volume}-empty"] = {"bind": point["containerPath"], "mode": mode}
        return found


class RunningContainer:
    """A container that was started; it is removed when it has ended."""

    def __init__(self, container: DockerContainer) -> None:
        self._container = container

    def wait(self, line: Callable[[str], None]) -> Outcome:
        """Call ``line`` with each line of output, and return how the container ended."""
        rest = b""
        for chunk in self._container.logs(stream=True, follow=True):
            *lines, rest = (rest + chunk).split(b"\n")
            for each in lines:
                line(each.decode("utf-8", "replace").rstrip("\r"))
        if rest:
            line(rest.decode("utf-8", "replace"))
        code = int(self._container.wait()["StatusCode"])
        self._container.reload()
        killed = self._container.attrs["State"].get("OOMKilled", False)
        with contextlib.suppress(Exception):  # the caller that stops it may have removed it
            self._container.remove(force=True)
        return Outcome(code, _OUT_OF_MEMORY if killed else "")

    def stop(self, grace: float) -> None:
        """Send SIGTERM, and SIGKILL after ``grace`` seconds."""
        threading.Thread(target=self._stop, args=(int(grace),), daemon=True).start()

    def _stop(self, grace: int) -> None:
        with contextlib.suppress(Exception):  # it may have ended meanwhile
            self._container.stop(timeout=grace)


def _start(container: DockerContainer) -> None:
    """Start a container; one that cannot be started is not left behind.

    Raises:
        CannotStartError: It cannot be started.
    """
    from docker.errors import APIError  # noqa: PLC0415 - an extra

    try:
        container.start()
    except APIError as error:
        container.remove(force=True)
        raise CannotStartError(f"CannotStartContainerError: {error.explanation or error}") from None


def _client() -> DockerClient:
    try:
        import docker  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoEngineError(
            "the docker executor needs docker-py: pip install 'batch-constructs[docker]'"
        ) from None
    try:
        client = docker.from_env()
        client.ping()
    except docker.errors.DockerException as error:
        raise NoEngineError(f"no container engine answers: {error}") from None
    return client


def _place(volume: Mapping[str, Any]) -> str:
    """Return what a volume is on AWS: a path of the host or the id of a file system; empty for an empty one."""
    if "efsVolumeConfiguration" in volume:
        return str(volume["efsVolumeConfiguration"]["fileSystemId"])
    return str(volume.get("host", {}).get("sourcePath", ""))


def _settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a container that need no other knowledge."""
    from docker.types import Ulimit  # noqa: PLC0415 - an extra

    linux = properties.get("linuxParameters", {})
    found: dict[str, Any] = {
        "user": properties.get("user"),
        "read_only": properties.get("readonlyRootFilesystem"),
        "init": linux.get("initProcessEnabled"),
        "shm_size": f"{linux['sharedMemorySize']}m" if linux.get("sharedMemorySize") else None,
        "mem_swappiness": linux.get("swappiness"),
        "tmpfs": {each["containerPath"]: f"size={each['size']}m" for each in linux.get("tmpfs", ())},
        "ulimits": [
            Ulimit(name=each["name"], soft=each["softLimit"], hard=each["hardLimit"])
            for each in properties.get("ulimits", ())
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}
