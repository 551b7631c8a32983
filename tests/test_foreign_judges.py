"""The examples before judges that somebody else wrote: cfn-lint, the CDK's strict validation, botocore."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.validate import ParamValidator
from cfnlint.api import lint_all

from batch_constructs.assembly.checks import check
from batch_constructs.assembly.template import read

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/app.py"))
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.template.json"))

# It lints for all Regions at once: not all of them have budgets, chats, FSx or the newest parts of Batch.
NOT_EVERYWHERE = re.compile(
    r"Resource type 'AWS::(Budgets|Chatbot|FSx|Batch)::\w+' does not exist in '[a-z0-9-]+'"
)

CDK_VALIDATION = "CloudFormation Validate"
BROKEN = """
import sys, aws_cdk
stack = aws_cdk.Stack(aws_cdk.App(outdir=sys.argv[1]), "Stack")
aws_cdk.CfnResource(stack, "Queue", type="AWS::Batch::JobQueue", properties={"Priority": "high"})
stack.node.root.synth()
"""


@pytest.mark.parametrize("template", GOLDEN, ids=lambda path: path.name)
def test_cfn_lint_has_nothing_to_say(template: Path) -> None:
    """The schema of every resource holds, for errors and warnings alike; its informational hints are left out."""
    matches = [match for match in lint_all(template.read_text(encoding="utf-8")) if match.rule.id[0] in "EW"]
    # The CDK orders whole constructs: of some resources that follows from a reference already (W3005). What people read
    # after a deploy may come from another stack (W6001).
    found = [match for match in matches if match.rule.id not in {"W3005", "W6001"}]
    assert [str(match) for match in found if not NOT_EVERYWHERE.search(match.message)] == []


@pytest.mark.parametrize("template", GOLDEN, ids=lambda path: path.name)
def test_our_own_rules_have_nothing_to_say(template: Path) -> None:
    """Neither an error nor a warning."""
    assert [f"{each.rule_id} {each.message}" for each in check(read(template))] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_cdks_strict_validation_passes(
    example: str, judged: Callable[[str], dict[str, list[dict[str, Any]]]]
) -> None:
    """With the flag that makes each finding of the CDK's own validation an error."""
    found = judged(example).get(CDK_VALIDATION, [])
    assert [f"{violation['ruleName']} {violation['description']}" for violation in found] == []


def test_the_cdks_strict_validation_is_on(tmp_path: Path) -> None:
    """What the examples pass, a queue of words does not."""
    environment = {**os.environ, "CDK_VALIDATION": "true"}
    subprocess.run(
        [sys.executable, "-c", BROKEN, str(tmp_path)], env=environment, capture_output=True, check=False
    )
    report = json.loads((tmp_path / "validation-report.json").read_text(encoding="utf-8"))
    assert CDK_VALIDATION in {plugin["pluginName"] for plugin in report["pluginReports"]}


REQUESTS = {
    "AWS::Batch::ComputeEnvironment": ("CreateComputeEnvironment", {"computeEnvironmentName": "name"}),
    "AWS::Batch::JobQueue": ("CreateJobQueue", {"jobQueueName": "name"}),
    "AWS::Batch::JobDefinition": ("RegisterJobDefinition", {"jobDefinitionName": "name"}),
    "AWS::Batch::SchedulingPolicy": ("CreateSchedulingPolicy", {"name": "name"}),
    "AWS::Batch::ServiceEnvironment": ("CreateServiceEnvironment", {"serviceEnvironmentName": "name"}),
    "AWS::Batch::QuotaShare": ("CreateQuotaShare", {}),
    "AWS::Batch::ConsumableResource": ("CreateConsumableResource", {"consumableResourceName": "name"}),
}
# CloudFormation's own: they steer updates and are no part of a request.
ONLY_CLOUDFORMATION = {"ReplaceComputeEnvironment", "ResourceRetentionPolicy", "UpdateToLatestImageVersion"}
# Maps of the user's, whose keys keep their case.
MAPS = {"Tags", "Parameters", "Options", "Labels", "Annotations", "Requests", "Limits"}


def request_of(value: Any, key: str = "") -> Any:
    """Return a resource's properties as the API spells them; what only CloudFormation knows becomes a string."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
            return "resolved"
        return {
            name if key in MAPS else name[0].lower() + name[1:]: request_of(each, name)
            for name, each in value.items()
            if name not in ONLY_CLOUDFORMATION
        }
    if isinstance(value, list):
        return [request_of(each) for each in value]
    return value


@pytest.mark.parametrize("example", EXAMPLES)
def test_botocore_takes_every_request(example: str) -> None:
    """What CloudFormation will send has the shape that the service's model asks for."""
    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    templates = [path for path in GOLDEN if path.name.startswith(f"{example}.")]
    seen = 0
    for template in templates:
        for resource in json.loads(template.read_text(encoding="utf-8"))["Resources"].values():
            if resource["Type"] not in REQUESTS:
                continue
            operation, names = REQUESTS[resource["Type"]]
            shape = model.operation_model(operation).input_shape
            report = ParamValidator().validate({**names, **request_of(resource["Properties"])}, shape)
            assert not report.has_errors(), report.generate_report()
            seen += 1
    assert seen >= 3
