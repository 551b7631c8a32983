"""What a plan knows of a template: references, imports, parameters, conditions and mappings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batch_constructs.local.plan import UnresolvedError, plan

if TYPE_CHECKING:
    from batch_constructs.local.plan import Plan

GOLDEN = Path(__file__).parents[1] / "golden"
TEMPLATES = sorted(GOLDEN.glob("*.template.json"))
IMPORTS = "platform_stacks.Compute.template.json"


def image(planned: Plan) -> str:
    [definition] = [each.request for each in planned.requests if each.operation == "RegisterJobDefinition"]
    return str(definition["containerProperties"]["image"])


def with_image(folder: Path, value: Any, **sections: Any) -> Path:
    """Write a template with one definition, whose image is a value."""
    container = {"Image": value, "Vcpus": 1, "Memory": 128}
    definition = {
        "Type": "AWS::Batch::JobDefinition",
        "Properties": {"Type": "container", "ContainerProperties": container},
    }
    resources = {"Job": definition, "Images": {"Type": "AWS::ECR::Repository"}}
    path = folder / "template.json"
    path.write_text(json.dumps({"Resources": resources, **sections}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "path", [each for each in TEMPLATES if each.name != IMPORTS], ids=lambda path: path.name.partition(".")[0]
)
def test_every_example_is_known_completely(path: Path) -> None:
    """Nothing is guessed, and nothing is left open."""
    planned = plan(path)
    assert [each for each in planned.notices if "not known" in each or "decided" in each] == []
    assert "unknown-" not in json.dumps([each.request for each in planned.requests])


def test_an_import_from_a_stack_that_is_not_there_names_its_option() -> None:
    """A value for it can be given by the name of the export."""
    unknown = plan(GOLDEN / IMPORTS).notices
    names = [each.partition(" ")[2].partition(" ")[0] for each in unknown]
    assert unknown[0].endswith(f"is not known here: add --parameter {names[0]}=VALUE if it matters")
    assert plan(GOLDEN / IMPORTS, parameters=dict.fromkeys(names, "subnet-1")).notices == []


def test_imports_between_stacks_of_a_folder_are_known(tmp_path: Path) -> None:
    """The four stacks of the platform example know each other."""
    for path in GOLDEN.glob("platform_stacks.*.template.json"):
        shutil.copy(path, tmp_path / path.name.partition(".")[2])
    assert plan(tmp_path).notices == []


ARN = {"Fn::GetAtt": ["Images", "Arn"]}
REGION = {"Fn::Select": [3, {"Fn::Split": [":", ARN]}]}
TABLE = {"us-east-1": {"image": "here"}, "eu-west-1": {"image": "there"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (REGION, "us-east-1"),
        ({"Fn::Join": ["/", [REGION, {"Ref": "Images"}]]}, "us-east-1/Images"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Sub": "a/${Images}/b"}]}]}, "Images"),
        ({"Fn::FindInMap": ["Table", {"Ref": "AWS::Region"}, "image"]}, "here"),
        ({"Fn::If": ["Large", "large", "small"]}, "small"),
        ({"Fn::Sub": "${AWS::AccountId}/${Size}"}, "123456789012/small"),
        ({"Fn::Select": [1, {"Fn::GetAZs": ""}]}, "us-east-1b"),
        ({"Fn::Join": [" ", {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}, "us-east-1a us-east-1b us-east-1c"),
    ],
    ids=str,
)
def test_functions_have_their_values(value: Any, expected: str, tmp_path: Path) -> None:
    """What a deployment would know is known."""
    path = with_image(
        tmp_path,
        value,
        Mappings={"Table": TABLE},
        Parameters={"Size": {"Type": "String", "Default": "small"}},
        Conditions={"Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
    )
    assert image(plan(path)) == expected


def test_a_parameter_decides_a_condition(tmp_path: Path) -> None:
    """The value that is given counts, not the default."""
    path = with_image(
        tmp_path,
        {"Fn::If": ["Large", "large", "small"]},
        Parameters={"Size": {"Type": "String", "Default": "small"}},
        Conditions={"Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
    )
    assert image(plan(path, parameters={"Size": "large"})) == "large"


def test_a_parameter_of_the_parameter_store_must_be_given(tmp_path: Path) -> None:
    """Its default is a name, not a value."""
    kind = "AWS::SSM::Parameter::Value<String>"
    parameters = {"Image": {"Type": kind, "Default": "/images/align"}}
    path = with_image(tmp_path, {"Ref": "Image"}, Parameters=parameters)
    with pytest.raises(UnresolvedError, match="add --parameter Image=VALUE"):
        plan(path)
    assert image(plan(path, parameters={"Image": "align:1"})) == "align:1"


def test_a_dynamic_reference_is_said_to_be_unknown(tmp_path: Path) -> None:
    """Nobody resolves it here."""
    planned = plan(with_image(tmp_path, "{{resolve:ssm:/images/align}}"))
    assert len(planned.notices) == 1
