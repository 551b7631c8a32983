"""Parts of user data, and the MIME document of all parts."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from aws_cdk import CfnParameter, Stack

from batch_constructs.launch_templates.user_data import CloudConfig, ShellScript, base64_text, mime_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batch_constructs.launch_templates.user_data import UserDataPart

    Read = Callable[[str], list[tuple[str, str]]]


def _sent(*parts: UserDataPart) -> str:
    return b64encode(mime_document(parts).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/bash\nset -euo pipefail\necho ready\n",
        "#!/usr/bin/env python3\nprint('hallo')\n",
        "#!/bin/bash\necho Grüße 世界 🚀\n",
        "#!/bin/bash\necho --==batch-constructs==--\n\n--==batch-constructs==\n",
        f"#!/bin/bash\necho {'x' * 2000}\n",
        "#!/bin/bash\n\n\n# From: nobody\nContent-Type: text/plain\n",
    ],
    ids=["plain", "python", "not ascii", "with the boundary in it", "long line", "with header-like lines"],
)
def test_a_script_arrives_as_it_was_written(cloud_init: Read, text: str) -> None:
    """cloud-init reads back the same bytes, whatever they are."""
    assert cloud_init(_sent(ShellScript(text), ShellScript("true"))) == [
        ("text/x-shellscript", text),
        ("text/x-shellscript", "#!/bin/bash\ntrue\n"),
    ]


def test_windows_line_ends_do_not_reach_the_instance(cloud_init: Read) -> None:
    """A carriage return after the first line would keep the script from running."""
    assert cloud_init(_sent(ShellScript("#!/bin/bash\r\necho ready\r\n"))) == [
        ("text/x-shellscript", "#!/bin/bash\necho ready\n")
    ]


def test_the_document_has_the_form_that_batch_asks_for() -> None:
    """It has header, version, blank lines around the boundaries, a type in each part, and a closing boundary."""
    assert mime_document([ShellScript("true")]) == (
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="==batch-constructs=="\n'
        "\n"
        "--==batch-constructs==\n"
        'Content-Type: text/x-shellscript; charset="utf-8"\n'
        "Content-Transfer-Encoding: 7bit\n"
        "\n"
        "#!/bin/bash\n"
        "true\n"
        "\n"
        "--==batch-constructs==--\n"
    )


def test_a_script_from_a_file_is_valid_shell(tmp_path: Path) -> None:
    """Bash can parse the script that the instance gets."""
    file = tmp_path / "setup.sh"
    file.write_text("for disk in /dev/nvme?n1; do\n  mkfs.xfs $disk || true\ndone\n")

    script = ShellScript.from_file(file).body()

    assert script.startswith("#!/bin/bash\nfor disk")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_a_script_that_is_a_token_stays_as_it_is(stack: Stack) -> None:
    """It is unknown whether the first line is missing, so it is not added."""
    text = CfnParameter(stack, "Script").value_as_string

    assert ShellScript(text).body() == text


@pytest.mark.parametrize("end", ["false", "exit 7", "set -e\nnobody-has-this\necho not reached"])
def test_an_instance_without_what_it_requires_takes_no_jobs(tmp_path: Path, end: str) -> None:
    """The sample behind this (aws-genomics-workflows) shuts such an instance down, and AWS Batch starts the next."""
    console, calls = _run(tmp_path, ShellScript(f"echo begun\n{end}\n", required=True))

    assert "no job starts on this instance" in console
    assert calls == [
        "mask ecs.service kubelet.service",
        "stop --no-block ecs.service kubelet.service",
    ]


def test_an_instance_with_what_it_requires_takes_jobs(tmp_path: Path) -> None:
    """Nothing is stopped, and nothing is printed."""
    assert _run(tmp_path, ShellScript("#!/usr/bin/env bash\ntrue\n", required=True)) == ("", [])


def _run(folder: Path, script: ShellScript) -> tuple[str, list[str]]:
    """Return the output on the console after the script, and the calls of systemctl."""
    console, calls, stub = folder / "console", folder / "calls", folder / "systemctl"
    console.touch()
    calls.touch()
    stub.write_text(f'#!/bin/bash\necho "$*" >>{calls}\n')
    stub.chmod(0o755)
    subprocess.run(
        ["bash"],
        input=script.body(),
        text=True,
        check=False,
        env={"PATH": f"{folder}:/usr/bin:/bin", "CONSOLE": str(console)},
        stderr=subprocess.DEVNULL,
    )
    return console.read_text(), calls.read_text().splitlines()


@pytest.mark.parametrize(
    "text", ["#!/usr/bin/env python3\nprint()\n", "#!/bin/sh\ntrue\n", "${Token[TOKEN.1]}"]
)
def test_only_bash_can_be_required(text: str) -> None:
    """Fails when the script is not for bash, so that its exit status cannot be checked."""
    with pytest.raises(ValueError, match="required=True needs a bash script"):
        ShellScript(text, required=True)


def test_a_file_can_be_required(tmp_path: Path) -> None:
    """A file can be required, like a string."""
    file = tmp_path / "setup.sh"
    file.write_text("true\n")
    assert ShellScript.from_file(file, required=True) == ShellScript("true\n", required=True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Fails when there is no such script, at the line that names it."""
    with pytest.raises(FileNotFoundError, match=r"setup\.sh"):
        ShellScript.from_file(tmp_path / "setup.sh")


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_script_is_refused(text: str) -> None:
    """Fails when there is no command."""
    with pytest.raises(ValueError, match="a shell script needs at least one command"):
        ShellScript(text)


def test_a_mapping_becomes_yaml_that_says_the_same(cloud_init: Read) -> None:
    """Values that need quotes in YAML have them."""
    config = {
        "mounts": [["fs-1.efs:/", "/mnt", "efs", "tls,_netdev"]],
        "write_files": [{"path": "/etc/motd", "content": "yes: no\n#: 'x'\n", "permissions": "0644"}],
        "package_update": True,
        "names": ("Grüße", "🚀", "on", "010"),
    }

    ((kind, text),) = cloud_init(_sent(CloudConfig(config)))

    assert kind == "text/cloud-config"
    assert text.startswith("#cloud-config\n")
    assert yaml.safe_load(text) == {**config, "names": ["Grüße", "🚀", "on", "010"]}


@pytest.mark.parametrize("text", ["packages: [nfs-utils]\n", "#cloud-config\npackages: [nfs-utils]\n"])
def test_a_text_keeps_its_form_and_gets_its_header_once(cloud_init: Read, text: str) -> None:
    """A YAML string stays as it is."""
    assert cloud_init(_sent(CloudConfig(text))) == [
        ("text/cloud-config", "#cloud-config\npackages: [nfs-utils]\n")
    ]


@pytest.mark.parametrize("config", ["", "\n", {}])
def test_an_empty_cloud_config_is_refused(config: str | dict[str, str]) -> None:
    """Fails when there is no setting."""
    with pytest.raises(ValueError, match="a cloud-config needs at least one setting"):
        CloudConfig(config)


def test_tokens_in_a_mapping_reach_the_template(stack: Stack) -> None:
    """String and number tokens, at any depth, are resolved by CloudFormation."""
    bucket = CfnParameter(stack, "Bucket").value_as_string
    size = CfnParameter(stack, "Size", type="Number").value_as_number

    resolved = stack.resolve(CloudConfig({"a": [{"bucket": bucket}], "b": (size,)}).body())

    assert [part for part in resolved["Fn::Join"][1] if isinstance(part, dict)] == [
        {"Ref": "Bucket"},
        {"Ref": "Size"},
    ]


def test_text_that_is_not_ascii_beside_a_token_is_encoded_by_cloudformation(stack: Stack) -> None:
    """Python cannot encode a value that it does not know yet."""
    bucket = CfnParameter(stack, "Bucket").value_as_string

    document = stack.resolve(base64_text(mime_document([ShellScript(f"echo Grüße {bucket}")])))

    inner = next(part for part in document["Fn::Base64"]["Fn::Join"][1] if isinstance(part, dict))
    assert inner["Fn::Base64"]["Fn::Join"][1][1] == {"Ref": "Bucket"}


@pytest.mark.parametrize(
    "command",
    [
        "systemctl start ecs",
        "sudo systemctl restart ecs.service",
        "systemctl enable --now ecs",
        "systemctl --quiet restart docker",
        "systemctl start docker.service",
        "service ecs start",
        "service docker restart",
        "yum install -y a && systemctl start ecs",
        "if true; then systemctl start ecs; fi",
        "systemctl \\\n  start ecs",
        "$(systemctl start ecs)",
        "sudo -n bash -c 'systemctl start ecs'",
        "A=b systemctl restart ecs",
        "sudo bash <<EOF\nsystemctl restart ecs\nEOF",
    ],
)
def test_fails_when_a_command_waits_for_the_agent(command: str) -> None:
    """aws/amazon-ecs-agent#4818: the agent waits for user data to end, and user data for the agent."""
    with pytest.raises(ValueError, match="a command must not wait for the ECS agent"):
        ShellScript(f"#!/bin/bash\nset -e\n{command}\n")
    with pytest.raises(ValueError, match="a command must not wait for the ECS agent"):
        CloudConfig({"runcmd": [command]})


@pytest.mark.parametrize(
    "command",
    [
        "systemctl start --no-block ecs",
        "systemctl --no-block restart docker",
        "systemctl start ecs &",
        "systemctl enable ecs",
        "systemctl stop ecs",
        "systemctl stop docker",
        "systemctl try-restart docker",
        "timeout 60 systemctl start ecs",
        "(sleep 60; systemctl restart ecs) &",
        "echo systemctl start ecs >> /root/notes",
        "cat > /opt/again <<'EOF'\nsystemctl restart ecs\nEOF",
        "sed -i /cloud-final/d /usr/lib/systemd/system/ecs.service\nsystemctl start ecs",
        "#!/usr/bin/env python3\n'''\nsystemctl start ecs\n'''",
        "systemctl restart amazon-cloudwatch-agent",
        "# systemctl start ecs",
        "echo ECS_LOGLEVEL=debug >> /etc/ecs/ecs.config",
        "cat /etc/ecs/ecs.config > /tmp/before",
        "cp /etc/ecs/ecs.config /tmp/before",
        "echo a | tee -a /etc/ecs/ecs.config",
        "command -v amazon-linux-extras && amazon-linux-extras install -y lustre",
        "amazon-linux-extras install -y lustre || dnf install -y lustre-client",
        "dnf remove -y epel-release",
        "echo ${Token[TOKEN.1]}",
    ],
)
def test_other_commands_pass(command: str) -> None:
    """Commands that do not wait, that append, or that test first pass."""
    ShellScript(command)
    CloudConfig({"runcmd": [command]})


@pytest.mark.parametrize(
    "command",
    [
        "echo ECS_LOGLEVEL=debug > /etc/ecs/ecs.config",
        "echo a >/etc/ecs/ecs.config",
        "cat > /etc/ecs/ecs.config <<'EOF'\nA=b\nEOF",
        "echo a | sudo tee /etc/ecs/ecs.config",
        "aws s3 cp s3://bucket/ecs.config /etc/ecs/ecs.config",
        "mv /tmp/new /etc/ecs/ecs.config",
        "curl -s https://example.com/config -o /etc/ecs/ecs.config",
    ],
)
def test_fails_when_the_settings_of_the_agent_are_written_anew(command: str) -> None:
    """Fails when the lines of AWS Batch would be lost, since the instance would join no environment."""
    with pytest.raises(ValueError, match="must not be overwritten, since AWS Batch writes the settings"):
        ShellScript(command)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("sudo amazon-linux-extras install -y lustre2.10", "amazon-linux-extras"),
        ("yum install -y epel-release", "EPEL"),
        ("yum install -y https://dl.fedoraproject.org/pub/epel/epel-release-latest-7.noarch.rpm", "EPEL"),
        ("start ecs", "Upstart"),
        ("initctl stop ecs", "Upstart"),
        ("/usr/bin/python2.7 /opt/setup.py", "Python 2"),
    ],
)
def test_fails_when_a_command_is_of_an_older_amazon_linux(command: str, name: str) -> None:
    """amazonlinux/amazon-linux-2023#92: the image of new environments lacks what older ones had."""
    with pytest.raises(ValueError, match=f"{name} does not exist on Amazon Linux 2023"):
        ShellScript(command)


def test_fails_when_a_package_is_of_an_older_amazon_linux() -> None:
    """Packages of a cloud-config are read, too."""
    with pytest.raises(ValueError, match="EPEL does not exist on Amazon Linux 2023"):
        CloudConfig({"packages": ["jq", "epel-release"]})


@pytest.mark.parametrize(
    "config",
    [
        {"runcmd": [["systemctl", "start", "ecs"]]},
        {"bootcmd": ["systemctl start ecs"]},
        "#cloud-config\nruncmd:\n- systemctl start ecs\n",
        "runcmd:\n- [systemctl, restart, ecs]\n",
    ],
)
def test_cloud_configs_are_read_as_cloud_init_does(config: Any) -> None:
    """Commands are read as strings and as lists, in YAML and as data."""
    with pytest.raises(ValueError, match="a command must not wait for the ECS agent"):
        CloudConfig(config)


def test_fails_when_a_file_takes_the_place_of_the_agents_settings() -> None:
    """Fails when the file is overwritten; appending passes."""
    file = {"path": "/etc/ecs/ecs.config", "content": "ECS_LOGLEVEL=debug\n"}
    with pytest.raises(ValueError, match="got write_files with it: write append: true"):
        CloudConfig({"write_files": [file]})
    CloudConfig({"write_files": [{**file, "append": True}]})
    CloudConfig("write_files: [${Token[TOKEN.1]}")
