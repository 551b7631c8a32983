"""The scripts of the examples' jobs, with stubs for programs that are not installed here."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def stub(folder: Path, command: str, body: str = "") -> None:
    """Add a command to a folder on the PATH, which records its calls."""
    folder.mkdir(exist_ok=True)
    file = folder / command
    file.write_text(f'#!{shutil.which("bash")}\necho "${{0##*/}} $*" >>"$CALLS"\n{body}\n')
    file.chmod(0o755)


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a job does: as the string of a command."""
    if sys.platform == "darwin":
        pytest.skip("jobs run on Linux, whose shell and tools differ from those of macOS")
    text = (EXAMPLES / script).read_text(encoding="utf-8")
    shell = text.partition("\n")[0].rpartition("/")[2]
    return subprocess.run(
        [shell, "-c", text, "run", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_shellcheck_finds_nothing() -> None:
    """There are no errors and no hints in any script of an example."""
    scripts = sorted(EXAMPLES.glob("*/*.sh"))
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_each_child_of_the_array_prints_its_color() -> None:
    """Index 0 is the first line, and the last index is the last line."""
    text = (EXAMPLES / "array_index/colors.txt").read_text(encoding="utf-8")
    colors = text.splitlines()
    for index in (0, len(colors) - 1):
        done = run("array_index/print_color.sh", COLORS=text, AWS_BATCH_JOB_ARRAY_INDEX=str(index))
        assert done.stdout == f"I am child {index}, and my color is {colors[index]}\n"


def test_a_child_too_many_fails() -> None:
    """An array larger than the file fails."""
    done = run("array_index/print_color.sh", COLORS="red\norange", AWS_BATCH_JOB_ARRAY_INDEX="2")
    assert done.returncode != 0
    assert "there is no such line" in done.stderr


@pytest.mark.parametrize(
    ("kind", "arguments", "answer"),
    [("script", ["60", "a b"], "60|a b|"), ("zip", ["inside.sh", "60"], "60|")],
)
def test_fetch_and_run_runs_what_it_fetches(
    tmp_path: Path, kind: str, arguments: list[str], answer: str
) -> None:
    """A script, or a script in a zip file, with the arguments of the job and its exit status."""
    job = tmp_path / "job.sh"
    job.write_text("#!/bin/sh\nprintf '%s|' \"$@\"\nexit 3\n")
    job.chmod(0o755)
    stub(tmp_path / "bin", "aws", f'cp {job} "${{@: -1}}"')
    stub(tmp_path / "bin", "unzip", f"cp {job} inside.sh")
    done = run(
        "fetch_and_run/fetch_and_run.sh",
        *arguments,
        PATH=f"{tmp_path}/bin:{os.environ['PATH']}",
        TMPDIR=str(tmp_path),
        CALLS=str(tmp_path / "calls"),
        BATCH_FILE_TYPE=kind,
        BATCH_FILE_S3_URL="s3://scripts/job",
    )
    assert (done.stdout, done.returncode) == (answer, 3), done.stderr
    assert (tmp_path / "calls").read_text().startswith("aws s3 cp --no-progress s3://scripts/job job")


def test_fetch_and_run_refuses_other_files(tmp_path: Path) -> None:
    """An unknown type is an error."""
    done = run("fetch_and_run/fetch_and_run.sh", TMPDIR=str(tmp_path), BATCH_FILE_TYPE="tar")
    assert done.returncode == 64
    assert "must be script or zip, got tar" in done.stderr


def test_the_nodes_of_mpi_find_each_other(tmp_path: Path) -> None:
    """The main node learns about the other one from its request, which trusts the received key."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    bin_, calls = tmp_path / "bin", tmp_path / "calls"
    for command in ("apt-get", "gmx_mpi", "mpirun"):
        stub(bin_, command)
    stub(bin_, "ssh-keygen", 'echo "key of the main node" >"${@: -1}.pub"')
    stub(bin_, "sleep", "[[ $1 == infinity ]] || exec /bin/sleep 0.05")
    # The one command that is called by its path.
    text = (EXAMPLES / "mnp_mpi/mpi_run.sh").read_text(encoding="utf-8").replace("/usr/sbin/sshd", "true")
    text = text.replace(" /run/sshd", "").replace("--retry-delay 3", "--retry-delay 0")

    nodes = []
    for index in ("1", "0"):
        home = tmp_path / index
        home.mkdir()
        environment = {
            "PATH": f"{bin_}:{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "CALLS": str(calls),
            "PORT": port,
            "NETWORK": "10.0.0.0/16",
            "AWS_BATCH_JOB_NODE_INDEX": index,
            "AWS_BATCH_JOB_MAIN_NODE_INDEX": "0",
            "AWS_BATCH_JOB_NUM_NODES": "2",
            **({"AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS": "127.0.0.1"} if index == "1" else {}),
        }
        nodes.append(subprocess.Popen(["bash", "-c", text], env=environment))
    try:
        assert [node.wait(timeout=60) for node in nodes] == [0, 0]
    finally:
        for node in nodes:
            node.kill()

    assert (tmp_path / "1/.ssh/authorized_keys").read_text() == "key of the main node\n"
    assert (tmp_path / "0/hosts").read_text() == "localhost slots=8\n127.0.0.1 slots=8\n"
    last = calls.read_text().splitlines()[-1]
    assert last.startswith("mpirun --hostfile hosts ")
    assert last.endswith("--mca btl_tcp_if_include 10.0.0.0/16 gmx_mpi -quiet mdrun -s water.tpr -ntomp 1")


def test_nextflow_is_told_where_its_tasks_go(tmp_path: Path) -> None:
    """A run writes the configuration, keeps its cache under the job's id, and resumes where a lost attempt ended."""
    stub(tmp_path / "bin", "nextflow", 'env | grep ^NXF_ | sort >>"$CALLS"')
    done = _nextflow(
        tmp_path, "bash", "-c", _script("genomics/run.sh"), "run", "nf-core/demo", "1.0", "test", "tasks"
    )
    assert done.returncode == 0, done.stderr
    config = (tmp_path / "nextflow.config").read_text(encoding="utf-8")
    assert config == "workDir = 's3://data/work'\nprocess.queue = \"tasks\"\n"
    assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == [
        f"nextflow run nf-core/demo -r 1.0 -profile test -name run-{JOB} -resume {JOB} --outdir s3://data/results/{JOB}",
        "NXF_CLOUDCACHE_PATH=s3://data/cache",
        "NXF_IGNORE_RESUME_HISTORY=true",
        f"NXF_UUID={JOB}",
    ]


def test_nextflows_image_can_put_the_script_in_quotes() -> None:
    """Its entry point puts each argument in single quotes and lets bash evaluate the whole."""
    assert "'" not in _script("genomics/run.sh")


JOB = "0a1b2c3d-0000-4000-8000-0123456789ab"


def _script(path: str) -> str:
    return (EXAMPLES / path).read_text(encoding="utf-8")


def _nextflow(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "AWS_BATCH_JOB_ID": JOB,
        "BUCKET": "data",
        "NEXTFLOW_CONFIG": "workDir = 's3://data/work'",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
