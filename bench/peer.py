"""The rules of cdk-preflight about AWS Batch over one template, by cloudformation-validate, whose engine is in Rust.

`python peer.py prepare MODULES` writes these rules, as its own tools would have them ready; `python peer.py check MODULES
FILE` checks a template once, and `python peer.py process MODULES FILE` prints the milliseconds for one with the engine kept.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from cloudformation_validate import (
    EngineConfig,
    ExternalRuleSource,
    PseudoParameterOverrides,
    RegoEngine,
    TemplateContent,
    ValidateConfig,
)

TIMES = 5


def prepare(file: Path) -> None:
    """Write the modules of the rules about AWS Batch, and the code that they share."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.preflight import modules, rule_ids

    ids = rule_ids("pf-batch-")
    types = {
        f"AWS::Batch::{kind}"
        for kind in (
            "ComputeEnvironment",
            "ConsumableResource",
            "JobDefinition",
            "JobQueue",
            "SchedulingPolicy",
            "ServiceEnvironment",
        )
    }
    needed = {"_lib/batch", "_lib/lists", "_pf_deploy_environment", "_pf_service_batch"}
    found = {name: text for name, text in modules(types, ids).items() if name in needed}
    file.write_text(json.dumps(found), encoding="utf-8")


def validate(modules: Path, template: Path, times: int) -> float:
    """Return the milliseconds of the last of some validations."""
    sources = [
        ExternalRuleSource(name=name, content=content)
        for name, content in json.loads(modules.read_text("utf-8")).items()
    ]
    engine = RegoEngine(EngineConfig(custom_rules=sources))
    config = ValidateConfig(
        disable_builtin_rules=True,
        pseudo_parameter_overrides=PseudoParameterOverrides(region="eu-west-1", account_id="123456789012"),
    )
    spent = 0.0
    for _ in range(times):
        start = time.perf_counter()
        engine.validate_template(TemplateContent(template.read_text("utf-8")), config)
        spent = 1000 * (time.perf_counter() - start)
    return spent


if __name__ == "__main__":
    action, modules, *rest = sys.argv[1], Path(sys.argv[2]), *map(Path, sys.argv[3:])
    if action == "prepare":
        prepare(modules)
    else:
        milliseconds = validate(modules, rest[0], 1 if action == "check" else TIMES)
        print(milliseconds)
