"""Whole templates that aws-cdk-lib synthesizes without a warning, and that can never work."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_constructs.assembly.checks import check, rules
from batch_constructs.assembly.template import read

FOLDER = Path(__file__).parent / "templates"

# The rules that each template breaks. All errors are listed; other warnings are allowed.
EXPECTED = {
    "arm_beside_x86": {("CE-16", "error")},
    "gpus_on_plain_image": {("AMI-13", "error")},
    "fargate_size": {("FGT-01", "error")},
    "isolated_without_endpoints": {("NET-06", "warning")},
    "launch_template_without_id": {("LT-02", "error")},
    "names_and_no_vcpus": {("NAME-01", "error"), ("CE-08", "error")},
    "node_ranges_cross": {("MNP-03", "error"), ("MNP-05", "error"), ("MNP-06", "warning")},
    "queue_of_fargate_and_ec2": {("JQ-03", "error")},
    "queue_of_four": {("JQ-02", "warning")},
    "retries_and_timeout": {("RET-01", "error"), ("RET-02", "error"), ("TMO-01", "error")},
    "spot_fleet_role_without_policy": {("IAM-12", "error")},
    "user_data_not_mime": {("LT-06", "error")},
}


def test_every_template_is_expected() -> None:
    """Each template of the folder has its expected findings."""
    assert {file.stem for file in FOLDER.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_template(name: str) -> None:
    """The expected rules find the template's error, and no other rule reports one."""
    findings = check(read(FOLDER / f"{name}.json"), crash=True)
    found = {(finding.rule_id, str(finding.severity)) for finding in findings}
    assert EXPECTED[name] <= found
    assert {pair for pair in found if pair[1] == "error"} <= EXPECTED[name]


def test_every_finding_is_complete() -> None:
    """A finding has a place with its line, a remedy, and a link."""
    [finding] = check(read(FOLDER / "launch_template_without_id.json"), select=["LT-02"])
    text = (FOLDER / "launch_template_without_id.json").read_text().splitlines()
    assert '"LaunchTemplate": {' in text[finding.line - 1]
    assert finding.file.endswith("launch_template_without_id.json")
    assert finding.logical_id == "CE1BFE03A1"
    assert finding.property_path == "ComputeResources.LaunchTemplate"
    assert finding.remedy.startswith("give LaunchTemplateId")
    assert finding.rule.link == "https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html"
    assert rules()["LT-02"].sentence == "A launch template must be given either by id or by name."
