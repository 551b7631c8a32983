"""Templates before the rules of cdk-preflight, each of which somebody reproduced on AWS, without Node.js.

Only what the package ships is read, its rules in Rego; the engine is cloudformation-validate's. Account and Region are
made up, and are told to the rules and to the engine: some rules compare the one with the other.
"""

from __future__ import annotations

import importlib.resources
import json
import re
import tarfile
from functools import cache
from typing import TYPE_CHECKING, Any

from cloudformation_validate import (
    EngineConfig,
    ExternalRuleSource,
    PseudoParameterOverrides,
    RegoEngine,
    TemplateContent,
    ValidateConfig,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["ACCOUNT", "REGION", "Judge", "judge", "modules", "rule_ids"]

REGION = "eu-west-1"
ACCOUNT = "123456789012"
_HEADER = "package cdk_preflight\n\nimport rego.v1\n"
_DEPLOYED_TO = f"{_HEADER}\ndeploy_region := {json.dumps(REGION)}\ndeploy_account := {json.dumps(ACCOUNT)}\n"


@cache
def _pack() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rules and their shared code: two lists of JSON in a JavaScript file."""
    [archive] = importlib.resources.files("cdk_preflight").joinpath("_jsii").glob("*.tgz")  # type: ignore[attr-defined]
    with tarfile.open(archive) as files:
        member = files.extractfile("package/lib/rules.generated.js")
        assert member is not None
        text = member.read().decode("utf-8")
    decode = json.JSONDecoder().raw_decode
    lists = [
        decode(text, text.index("[", text.index(f"exports.{name} = [")))[0]
        for name in ("BUNDLED_RULES", "BUNDLED_LIBS")
    ]
    return lists[0], lists[1]


def _prune(types: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rules for these resource types: compiling all of them takes many times as long."""
    wanted = {*types, "*"}
    return [rule for rule in _pack()[0] if not rule["resourceTypes"] or wanted & {*rule["resourceTypes"]}]


def rule_ids(prefix: str) -> list[str]:
    """Return the ids of the rules that begin with a prefix, such as ``pf-batch-``."""
    return sorted(rule["id"] for rule in _pack()[0] if rule["id"].startswith(prefix))


def modules(types: Iterable[str], rules: Collection[str] = ()) -> dict[str, str]:
    """Return modules of Rego by name: the rules for some resource types, with the code that they share.

    Args:
        types: The resource types in the templates to look at.
        rules: The ids of the only rules to apply; all when empty.
    """
    bodies: dict[str, list[str]] = {}
    for rule in _prune(types):
        if not rules or rule["id"] in rules:
            body = re.sub(r"^(?:package|import)\s.*\n", "", rule["rego"], flags=re.MULTILINE)
            bodies.setdefault(rule["service"], []).append(body)
    # What rules share comes first; a module for each service compiles much faster than one for each rule.
    found = {lib["name"]: lib["rego"] for lib in _pack()[1]}
    found |= {f"_pf_service_{name}": _HEADER + "\n".join(several) for name, several in bodies.items()}
    return found | {"_pf_deploy_environment": _DEPLOYED_TO}


class Judge:
    """An engine with the rules for some resource types: it takes seconds to make, and milliseconds to ask.

    Args:
        types: The resource types in the templates that it will see.
        rules: The ids of the only rules to apply; all when empty.
    """

    def __init__(self, types: Iterable[str], rules: Collection[str] = ()) -> None:
        sources = [
            ExternalRuleSource(name=name, content=content) for name, content in modules(types, rules).items()
        ]
        self._engine = RegoEngine(EngineConfig(custom_rules=sources))
        self._config = ValidateConfig(
            disable_builtin_rules=True,
            pseudo_parameter_overrides=PseudoParameterOverrides(region=REGION, account_id=ACCOUNT),
        )

    def says(self, template: Mapping[str, Any]) -> list[str]:
        """Return what AWS would refuse of a template, such as ``pf-batch-jd-… at Logical: message``."""
        content = TemplateContent(json.dumps(template))
        return sorted(map(_in_words, self._engine.validate_template(content, self._config).diagnostics))

    def rules_for(self, template: Mapping[str, Any]) -> set[str]:
        """Return the ids of the rules that find something in a template."""
        return {each.partition(" ")[0] for each in self.says(template)}


def judge(templates: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what AWS would refuse of each template, such as ``pf-batch-jd-… at Logical: message``.

    Args:
        templates: By the name that a test knows them by.
    """
    types = {
        resource["Type"] for template in templates.values() for resource in template["Resources"].values()
    }
    engine = Judge(types)
    return {name: engine.says(template) for name, template in templates.items()}


def _in_words(diagnostic: Any) -> str:
    where = diagnostic.entity.logical_id if diagnostic.entity is not None else "the template"
    return f"{diagnostic.rule_id} at {where}: {diagnostic.message}"
