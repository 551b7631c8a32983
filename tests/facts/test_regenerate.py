"""The command that updates the facts about instance types."""

from __future__ import annotations

import gzip
import json
from importlib import util
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import NoRegionError
from moto import mock_aws

from batch_constructs.facts import instance_types, regenerate
from batch_constructs.facts._data import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = FOLDER / instance_types.DATA_FILE


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set credentials of an account that does not exist."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    for key in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(key, raising=False)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return content


def minimal(name: str = "x1.small", **changes: Any) -> dict[str, Any]:
    """Return the minimum that DescribeInstanceTypes returns for a type."""
    return {
        "InstanceType": name,
        "VCpuInfo": {"DefaultVCpus": 1},
        "MemoryInfo": {"SizeInMiB": 1024},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
        "NetworkInfo": {
            "NetworkCards": [{"NetworkCardIndex": 0, "MaximumNetworkInterfaces": 2}],
            "Ipv4AddressesPerInterface": 2,
        },
        "BareMetal": False,
        "CurrentGeneration": True,
        "SupportedUsageClasses": ["spot", "on-demand"],
        **changes,
    }


def test_the_shipped_file_is_what_the_command_makes(tmp_path: Path) -> None:
    """The data were not edited by hand, and moto's are not newer."""
    output = tmp_path / "facts.gz"
    assert regenerate.main(["--date", "2026-10-27", "--output", str(output)]) == 0
    assert gzip.decompress(output.read_bytes()) == gzip.decompress(SHIPPED.read_bytes())


def test_the_same_input_gives_the_same_bytes(described: dict[str, Any]) -> None:
    """The file does not depend on the time or the order of the response."""
    forwards = regenerate.table(described.values(), names=["b.1", "a.1"], source="s", day="d")
    backwards = regenerate.table(reversed(described.values()), names=["a.1", "b.1"], source="s", day="d")
    assert regenerate.encode(forwards) == regenerate.encode(backwards)


def test_the_file_is_small() -> None:
    """It is read at the first lookup, and is part of every wheel."""
    assert SHIPPED.stat().st_size < 16_000


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The day stays that of the last change, so version control shows no difference."""
    output = tmp_path / "facts.gz"
    regenerate.main(["--date", "2020-02-02", "--output", str(output)])
    before = output.read_bytes()
    regenerate.main(["--output", str(output)])
    assert output.read_bytes() == before
    assert capsys.readouterr().out.splitlines()[-1].endswith("2020-02-02")


def test_new_facts_get_a_new_day(tmp_path: Path) -> None:
    """A file with other facts is replaced."""
    output = tmp_path / "facts.gz"
    old = regenerate.table([minimal()], source="s", day="2020-02-02")
    regenerate.write(old, output)
    new = regenerate.table([minimal(), minimal("x1.large")], source="s", day="2021-01-01")
    regenerate.write(new, output)
    assert read(output)["date"] == "2021-01-01"
    assert set(read(output)["families"]["x1"]) == {"small", "large"}


def test_types_that_are_described_are_not_listed_as_names_only() -> None:
    """Only names without facts are listed."""
    content = regenerate.table([minimal()], names=["x1.small", "x1.big"], source="s", day="d")
    assert content["names_only"] == ["x1.big"]


def test_words_that_ec2_adds_later_do_not_stop_the_rest() -> None:
    """An unknown architecture, interface, hypervisor or usage class is left out; the type stays."""
    odd = minimal(
        ProcessorInfo={"SupportedArchitectures": ["riscv64", "arm64"]},
        Hypervisor="kryptonite",
        SupportedUsageClasses=["barter", "spot"],
    )
    odd["NetworkInfo"]["NetworkCards"][0]["InterfaceTypes"] = ["interface", "telepathy"]
    content = regenerate.table([odd], source="s", day="d")
    found = instance_types._Table(content).build("x1", "small")
    assert found is not None
    assert found.architectures == ("arm64",)
    assert found.hypervisor is None
    assert found.usage_classes == ("spot",)
    assert found.network_cards[0].interface_types == ("interface",)


def test_an_account_gives_what_ec2_describes(tmp_path: Path, credentials: None) -> None:
    """With --from-account the types come from all pages of DescribeInstanceTypes in that Region."""
    output = tmp_path / "facts.gz"
    with mock_aws():
        assert regenerate.main(["--from-account", "--region", "eu-west-1", "--output", str(output)]) == 0
    content, shipped = read(output), read(SHIPPED)
    assert content["source"] == "DescribeInstanceTypes in eu-west-1"
    assert content["families"] == shipped["families"]
    assert content["columns"] == shipped["columns"]


def test_an_account_without_a_region_is_one_sentence(
    tmp_path: Path, credentials: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails if boto3 cannot call EC2, and does not change the file."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    output = tmp_path / "facts.gz"
    assert regenerate.main(["--from-account", "--output", str(output)]) == 2
    assert capsys.readouterr().err == f"EC2 did not answer DescribeInstanceTypes: {NoRegionError()}\n"
    assert not output.exists()


def test_without_moto_it_says_how_to_get_the_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Fails without moto, and names both ways to get the data."""
    monkeypatch.setattr(util, "find_spec", lambda _name: None)
    assert regenerate.main(["--output", str(tmp_path / "facts.gz")]) == 2
    message = "moto is not installed: pip install moto, or read your account with --from-account\n"
    assert capsys.readouterr().err == message


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Fails if --date is no date."""
    with pytest.raises(SystemExit):
        regenerate.main(["--date", "soon"])
    assert "--date" in capsys.readouterr().err
