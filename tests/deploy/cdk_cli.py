"""The CDK's own command line, against the AWS on this machine."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import npm
from tests.deploy.moto_server import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    # Makes the boto3 client of a service.
    Clients = Callable[[str], Any]

EXAMPLES = ROOT / "examples"
# The reviewed templates of the examples, which tests/test_examples.py compares with what the apps synthesize.
GOLDEN = {
    path.name.removesuffix(".template.json"): path
    for path in sorted((ROOT / "tests" / "golden").glob("*.template.json"))
}
VERSION = "2.1148.1"
# moto's own account; and the only region whose zones its Fn::GetAZs knows.
ACCOUNT, REGION = "123456789012", "us-east-1"


def install() -> Path:
    """Install the command line into the project's cache, once, however many test workers ask for it.

    Returns:
        The script that Node.js runs.
    """
    home = npm.install(f"cdk-cli-{VERSION}", f"aws-cdk@{VERSION}")
    return home / "node_modules" / "aws-cdk" / "bin" / "cdk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A stack as it was deployed."""

    stack_name: str
    template: dict[str, Any]
    assembly: Path

    @classmethod
    def of_template(cls, name: str) -> Deployment:
        """The stack of a reviewed template, such as ``gpu.GpuJobs``."""
        template = json.loads(GOLDEN[name].read_text())
        return cls(stack_name=name.rpartition(".")[2], template=template, assembly=GOLDEN[name])

    @classmethod
    def of_assembly(cls, assembly: Path, stack_name: str) -> Deployment:
        """One stack of an assembly."""
        template = json.loads((assembly / f"{stack_name}.template.json").read_text())
        return cls(stack_name=stack_name, template=template, assembly=assembly)

    @classmethod
    def read(cls, assembly: Path) -> Deployment:
        """Read an assembly, which has one stack."""
        artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
        [name] = [name for name, each in artifacts.items() if each["type"] == "aws:cloudformation:stack"]
        template = json.loads((assembly / artifacts[name]["properties"]["templateFile"]).read_text())
        stack_name = artifacts[name]["properties"].get("stackName", name)
        return cls(stack_name=stack_name, template=template, assembly=assembly)

    def needs(self) -> list[str]:
        """The stacks whose exports or outputs it uses."""
        text = json.dumps(self.template)
        named = re.findall(r'"Fn::ImportValue": "([^":]+):|"StackName": "([^"]+)"', text)
        return sorted({name for names in named for name in names if name})

    def create(self, aws: Clients) -> None:
        """Deploy it without the command line, which takes seconds for each; parameters get any value."""
        aws("cloudformation").create_stack(**self._request())

    def update(self, aws: Clients) -> None:
        """Deploy it over what is there, likewise."""
        aws("cloudformation").update_stack(**self._request())

    def _request(self) -> dict[str, Any]:
        given = [name for name, each in self.template.get("Parameters", {}).items() if "Default" not in each]
        return {
            "StackName": self.stack_name,
            "TemplateBody": json.dumps(self.template),
            "Parameters": [{"ParameterKey": name, "ParameterValue": "any"} for name in given],
        }

    def types(self) -> dict[str, str]:
        """Return the type of each resource in the template, by logical id."""
        return {name: resource["Type"] for name, resource in self.template["Resources"].items()}

    def created(self, aws: Clients) -> dict[str, str]:
        """Return the physical id of each resource that really was created, by logical id."""
        resources = aws("cloudformation").list_stack_resources(StackName=self.stack_name)
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in resources["StackResourceSummaries"]
            # moto answers with a nameless row for what it left out.
            if resource["LogicalResourceId"]
        }

    def ids(self, aws: Clients, resource_type: str) -> list[str]:
        """Return the physical ids of the resources of a type."""
        types = self.types()
        return [physical for name, physical in self.created(aws).items() if types[name] == resource_type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdk:
    """The command line with an account of its own: no file or variable of the user's reaches it.

    Args:
        script: What `install` returned.
        endpoint: Where every AWS service answers.
        home: A folder of its own, as home directory and for what the apps synthesize.
    """

    script: Path
    endpoint: str
    home: Path

    def bootstrap(self) -> str:
        """Make the bucket and the roles that each deployment needs; returns what was printed."""
        # Outside the project, whose cdk.json names an app that would be synthesized for nothing.
        return self._cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}", cwd=self.home)

    def deploy(self, example: Path) -> str:
        """Synthesize and deploy the app in a folder; returns the path of the assembly."""
        assembly = str(self.home / f"{example.name}.cdk.out")
        self._cdk("deploy", "--require-approval", "never", "--output", assembly, *_app(example))
        return assembly

    def deploy_again(self, deployment: Deployment) -> str:
        """Deploy what was synthesized before; returns what was printed."""
        return self._cdk("deploy", "--require-approval", "never", "--app", str(deployment.assembly))

    def diff(self, example: Path) -> str:
        """Synthesize the app in a folder anew and compare it with what is deployed; returns what was printed."""
        # By template: moto cannot delete the change set that the command line would make for it.
        assembly = self.home / "diff.cdk.out"
        return self._cdk("diff", "--fail", "--method", "template", "--output", str(assembly), *_app(example))

    def _cdk(self, *arguments: str, cwd: Path = ROOT) -> str:
        own = ("AWS_", "CDK_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        return npm.run(
            "node",
            str(self.script),
            *arguments,
            "--no-notices",
            cwd=cwd,
            env={
                **inherited,
                "HOME": str(self.home),
                # The unpacked CDK is the one thing worth sharing: it costs seconds to unpack it again.
                "JSII_RUNTIME_PACKAGE_CACHE_ROOT": os.environ.get(
                    "JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(Path.home() / ".cache/aws/jsii/package-cache")
                ),
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": "testing",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_REGION": REGION,
                "AWS_EC2_METADATA_DISABLED": "true",
                "CDK_DISABLE_CLI_TELEMETRY": "true",
                "CDK_DISABLE_VERSION_CHECK": "true",
                "CDK_VALIDATION": "false",
                "CI": "true",
            },
        )


def _app(example: Path) -> tuple[str, str]:
    return "--app", f"python {example.relative_to(ROOT) / 'app.py'}"
