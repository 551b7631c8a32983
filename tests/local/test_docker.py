"""Jobs in real containers; skipped where no container engine can be reached or started."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import DockerExecutor, NoEngineError
from tests.local.test_recovery import provide, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "batch-constructs-test:1"
BUSYBOX = Path("/bin/busybox")
APPLETS = ("sh", "echo", "env", "sleep", "dd", "touch", "id", "true")


@pytest.fixture(scope="module")
def engine() -> Iterator[None]:
    """A container engine with an image: the one of this machine, else one that is started for the tests."""
    try:
        DockerExecutor()
        process = None
    except NoEngineError as error:
        folder = Path(tempfile.mkdtemp(prefix="docker-"))
        process = _started(folder, str(error))
    try:
        _import_image()
        yield
    finally:
        if process is not None:
            process.terminate()
            process.wait(20)
            os.environ.pop("DOCKER_HOST", None)
            # The engine leaves its network namespace mounted.
            subprocess.run(["umount", str(folder / "exec/netns/default")], check=False, capture_output=True)
            shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, why: str) -> subprocess.Popen[bytes]:
    """Start an engine that needs neither iptables nor a bridge."""
    if not shutil.which("dockerd") or os.geteuid() != 0:
        pytest.skip(why)
    socket = folder / "docker.sock"
    options = ["--iptables=false", "--ip6tables=false", "--bridge=none", f"--host=unix://{socket}"]
    places = [f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid"]
    process = subprocess.Popen(
        ["dockerd", *options, *places], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.environ["DOCKER_HOST"] = f"unix://{socket}"
    for _ in range(100):
        try:
            DockerExecutor()
        except NoEngineError:
            time.sleep(0.1)
        else:
            return process
    process.kill()
    os.environ.pop("DOCKER_HOST")
    pytest.skip("dockerd is installed, and does not start here")


def _import_image() -> None:
    """Make an image of a static busybox."""
    import docker

    if not BUSYBOX.exists():
        pytest.skip("there is no static busybox to make an image of")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(BUSYBOX, "bin/busybox")
        for name in ("tmp", "data"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(folder)
        for applet in APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    name, _, tag = IMAGE.partition(":")
    docker.from_env().api.import_image_from_data(buffer.getvalue(), repository=name, tag=tag)


@pytest.fixture
def batch(engine: None, tmp_path: Path) -> Iterator[LocalBatch]:
    del engine
    found = LocalBatch(DockerExecutor(mounts={"/srv/data": str(tmp_path)}), tmp_path / "state", memory=8_000)
    provide(found, image=IMAGE)
    yield found
    found.close()


def ran(batch: LocalBatch, command: list[str], **properties: Any) -> tuple[dict[str, Any], list[str]]:
    """Run a job, and return its description and what it wrote."""
    if properties:
        provide(batch, image=IMAGE, **properties)
    job = submit(batch, "job", command)
    assert batch.wait(job, 60)
    shown = batch.jobs[job].describe()
    stream = shown["container"]["logStreamName"]
    return shown, [message for _, message in batch.logs.events("/aws/batch/job", stream)]


def test_the_command_runs_in_the_image_and_its_lines_are_kept(batch: LocalBatch) -> None:
    """The variables of AWS Batch are there, and none of this shell."""
    shown, lines = ran(batch, ["env"])
    assert shown["status"] == "SUCCEEDED"
    assert "AWS_BATCH_JQ_NAME=q" in lines
    assert not [line for line in lines if line.startswith(("PYTEST", "VIRTUAL_ENV"))]


def test_the_exit_code_is_the_containers(batch: LocalBatch) -> None:
    """A failed container fails its job."""
    shown, _ = ran(batch, ["sh", "-c", "exit 7"])
    assert (shown["status"], shown["container"]["exitCode"]) == ("FAILED", 7)


def test_a_container_that_needs_too_much_memory_is_killed(batch: LocalBatch) -> None:
    """The reason is the one that AWS gives."""
    shown, _ = ran(batch, ["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"])
    assert (shown["container"]["exitCode"], shown["container"]["reason"]) == (
        137,
        "OutOfMemoryError: Container killed due to memory usage",
    )


def test_a_missing_image_is_not_pulled(batch: LocalBatch) -> None:
    """The reason begins as on AWS, and says what to do."""
    provide(batch, image="example.com/missing:1")
    shown, _ = ran(batch, ["true"])
    assert shown["container"]["reason"].startswith(
        "CannotPullContainerError: the image example.com/missing:1"
    )


def test_a_missing_program_fails_the_job(batch: LocalBatch) -> None:
    """The engine's own words are the reason."""
    shown, _ = ran(batch, ["nothing-here"])
    assert shown["container"]["reason"].startswith("CannotStartContainerError: ")


def test_a_container_that_the_engine_refuses_is_not_tried_again(batch: LocalBatch) -> None:
    """A definition that no container can have is invalid, so that its job is not retried."""
    provide(batch, image=IMAGE, linuxParameters={"swappiness": 1_000})
    job = submit(batch, "job", ["true"], attempts=3)
    assert batch.wait(job, 60)
    [attempt] = batch.jobs[job].describe()["attempts"]
    assert attempt["container"]["reason"].startswith("CannotStartContainerError: ")


def test_a_stopped_container_gets_sigterm(batch: LocalBatch, tmp_path: Path) -> None:
    """A program that hears it can clean up."""
    del tmp_path
    job = submit(
        batch, "job", ["sh", "-c", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.1; done"]
    )
    deadline = time.monotonic() + 30
    while batch.jobs[job].job.state.name != "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    batch.terminate(job, "enough")
    assert batch.wait(job, 30)
    shown = batch.jobs[job].describe()
    lines = [
        message for _, message in batch.logs.events("/aws/batch/job", shown["container"]["logStreamName"])
    ]
    assert (shown["statusReason"], lines) == ("enough", ["up", "bye"])


def test_a_mapped_volume_is_mounted(batch: LocalBatch, tmp_path: Path) -> None:
    """What the job writes is in the folder that stands for the volume."""
    volume = {"name": "data", "host": {"sourcePath": "/srv/data"}}
    point = {"sourceVolume": "data", "containerPath": "/data"}
    shown, _ = ran(batch, ["touch", "/data/made"], volumes=[volume], mountPoints=[point])
    assert shown["status"] == "SUCCEEDED"
    assert (tmp_path / "made").exists()


def test_an_unmapped_volume_keeps_the_job_from_running(batch: LocalBatch) -> None:
    """No folder of this machine is mounted unless it is named."""
    volume = {"name": "etc", "host": {"sourcePath": "/etc"}}
    point = {"sourceVolume": "etc", "containerPath": "/data"}
    shown, _ = ran(batch, ["true"], volumes=[volume], mountPoints=[point])
    assert shown["container"]["reason"].startswith(
        "CannotStartContainerError: map the volume /etc under mounts"
    )


def test_user_and_read_only_root_are_those_of_the_definition(batch: LocalBatch) -> None:
    """A job that may write nowhere writes nowhere."""
    shown, lines = ran(batch, ["sh", "-c", "id -u; touch /x"], user="1000", readonlyRootFilesystem=True)
    assert (shown["status"], "1000" in lines) == ("FAILED", True)


def test_no_container_is_left(batch: LocalBatch) -> None:
    """Containers are removed when they have ended."""
    import docker

    ran(batch, ["true"])
    label = {"label": "batch-constructs.folder"}
    assert docker.from_env().containers.list(all=True, filters=label) == []
