"""Values that a template leaves open, as the commands print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from batch_constructs.cli import main

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Parameters:
  Stage: {Type: String}
  MaxVCPUBatch: {Type: Number}
Conditions: {Spot: !Equals [!Ref Stage, prod]}
Mappings: {Sizes: {a: {type: m7i, count: 16}, b: {type: c7i, count: 32}}}
Resources:
  Open:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ServiceRole: !ImportValue iam-BatchServiceRole
      ComputeResources:
        Type: !If [Spot, FARGATE, EC2]
        MinvCpus: !FindInMap [Sizes, !Ref Stage, count]
        MaxvCpus: !Ref MaxVCPUBatch
        InstanceTypes: !If [Spot, [m7i, c7i], [r7i]]
        Subnets: !Split [",", !ImportValue {"Fn::Sub": "${Stage}-subnets"}]
  Arms:
    Type: AWS::Batch::ComputeEnvironment
    Properties:
      Type: MANAGED
      ComputeResources: !If [Spot, {Type: FARGATE, MaxvCpus: 4}, {Type: EC2, MaxvCpus: 8}]
  Wrong:
    Type: AWS::Batch::ComputeEnvironment
    Properties: {Type: [MANAGED], ComputeResources: {Type: {A: b}, MaxvCpus: lots}}
  Queue:
    Type: AWS::Batch::JobQueue
    Properties:
      Priority: !FindInMap [Sizes, !Ref Stage, count]
      ComputeEnvironmentOrder:
        - {Order: 1, ComputeEnvironment: !If [Spot, !Ref Open, !Ref Arms]}
        - {Order: 2, ComputeEnvironment: !ImportValue other-environment}
  Job:
    Type: AWS::Batch::JobDefinition
    Properties:
      Type: container
      PlatformCapabilities: [!If [Spot, FARGATE, EC2]]
      ContainerProperties:
        Image: !If [Spot, "a:1", !Sub "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/b:${Stage}"]
        ResourceRequirements: [{Type: VCPU, Value: !If [Spot, 1, 2]}, {Type: MEMORY, Value: "{{resolve:ssm:/memory}}"}]
        JobRoleArn: !Sub ["arn:aws:iam::1:role/${Name}", {Name: !ImportValue {"Fn::Sub": "${Stage}-role"}}]
"""
OWN_WORDS = (
    "values}",
    "one of 2",
    "another type",
    "an import",
    "the platform",
    "the amount",
    "dynamic reference",
    "null",
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return a file with a template that leaves many values open."""
    file = tmp_path / "open.yaml"
    file.write_text(TEMPLATE)
    return file


def test_a_tree_says_what_a_template_leaves_open(template: Path) -> None:
    """A tree has both arms of a condition, parameters and imports by name, and wrong values as written."""
    printed = CliRunner().invoke(main, ["show", str(template)]).output
    for words in (
        "Open  FARGATE or EC2 16 or 32 to ${MaxVCPUBatch} vCPUs, [m7i, c7i] or [r7i]",
        "Arms  FARGATE or EC2 0-4 or 0-8 vCPUs",
        "Wrong  {A: b} 0-lots vCPUs",
        "import other-environment  in no template here",
        "Job  FARGATE or EC2 1 or 2 vCPU, {{resolve:ssm:/memory}}, b:${Stage}",
    ):
        assert words in printed
    assert not [words for words in OWN_WORDS if words in printed]


def test_environments_of_which_a_condition_chooses_one_have_one_number(template: Path) -> None:
    """A queue leads to both environments of an Fn::If, which are not said to be in another template."""
    printed = CliRunner().invoke(main, ["show", str(template)]).output
    assert "1. Open" in printed
    assert "1. Arms" in printed
    assert printed.count("in no template here") == 1


@pytest.mark.parametrize("command", ["show --tables", "diagram -o -"])
def test_tables_and_pictures_have_no_words_of_their_own_for_the_unknown(template: Path, command: str) -> None:
    """Tables and pictures write unknown values like the tree."""
    printed = CliRunner().invoke(main, [*command.split(), str(template)]).output
    assert "FARGATE or EC2" in printed
    assert not [words for words in OWN_WORDS if words in printed]


def test_changes_says_what_both_templates_leave_open(template: Path) -> None:
    """A change has the options of both sides, and of a structure by condition only the members that differ."""
    other = template.with_name("other.yaml")
    other.write_text(
        TEMPLATE.replace("count: 16", "count: 8")
        .replace("iam-BatchServiceRole", "iam-Other")
        .replace("MaxvCpus: 8", "MaxvCpus: 9")
        .replace("lots", "more")
        .replace("${Stage}-role", "${Stage}-job-role")
    )
    printed = CliRunner().invoke(main, ["changes", str(template), str(other)]).output
    for words in (
        "ServiceRole: may change import iam-BatchServiceRole -> import iam-Other",
        "ComputeResources.MinvCpus: may change 16 or 32 -> 8 or 32, by mapping Sizes",
        "ComputeResources.MaxvCpus: may change 8 -> 9",
        "ComputeResources.MaxvCpus: lots -> more",
        "role/${import ${Stage}-role} -> arn:aws:iam::1:role/${import ${Stage}-job-role}",
    ):
        assert words in printed
    assert not [words for words in OWN_WORDS if words in printed]


def test_a_template_does_not_differ_from_itself(template: Path) -> None:
    """Imports, parts of imported lists and wrong values are the same in two equal templates."""
    assert CliRunner().invoke(main, ["changes", str(template), str(template)]).output == "no changes\n"


def test_a_list_that_follows_others_is_written_by_their_names(tmp_path: Path) -> None:
    """A list whose elements refer to something that changes has their names, without the braces of JSON."""
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    text = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  One: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Two: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Env:
    Type: AWS::Batch::ComputeEnvironment
    Properties: {Type: MANAGED, ComputeResources: {Type: FARGATE, MaxvCpus: 4, Subnets: [!Ref One, !Ref Two]}}
"""
    old.write_text(text)
    new.write_text(text.replace("10.0.0.0/16", "10.1.0.0/16"))
    printed = CliRunner().invoke(main, ["changes", str(old), str(new)]).output
    assert "ComputeResources.Subnets follows One, Two\n" in printed


def test_tables_have_the_logical_id_beside_the_construct(tmp_path: Path) -> None:
    """A name of the CDK's is followed by the logical id, under which templates and consoles have the resource."""
    file = tmp_path / "template.yaml"
    file.write_text(
        "Resources: {Queue4A7E: {Type: AWS::Batch::JobQueue, Metadata: {'aws:cdk:path': Jobs/Queue/Resource}}}"
    )
    printed = CliRunner().invoke(main, ["show", "--tables", str(file)]).output
    assert "Jobs/Queue (Queue4A7E)" in printed
