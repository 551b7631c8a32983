"""Synthesizes examples before judges that somebody else wrote: `python judge_examples.py OUT EXAMPLE…`.

All in one process, since the CDK's own validation and cdk-nag take seconds to start. Each example gets a folder in OUT, in
which the CDK leaves its report; one that fails to synthesize leaves none.
"""

from __future__ import annotations

import runpy
import sys
import traceback
from pathlib import Path
from typing import Any

import aws_cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

EXAMPLES = Path(__file__).parents[1] / "examples"
# Makes an error of each finding of the CDK's own validation.
STRICT = {"@aws-cdk/core:validateAgainstDefaultRules": True}


def judge(example: Path, out: Path) -> None:
    init, synth = aws_cdk.App.__init__, aws_cdk.App.synth

    def strict(app: aws_cdk.App, **options: Any) -> None:
        init(app, **{**options, "outdir": str(out), "context": {**options.get("context", {}), **STRICT}})

    def judged(app: aws_cdk.App, **options: Any) -> Any:
        aws_cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
        return synth(app, **options)

    before = {*sys.modules}
    sys.path.insert(0, str(example))
    aws_cdk.App.__init__, aws_cdk.App.synth = strict, judged  # type: ignore[assignment, method-assign]
    try:
        runpy.run_path(str(example / "app.py"))
    except RuntimeError:
        # The report says it better.
        if not (out / "validation-report.json").exists():
            traceback.print_exc()
    finally:
        aws_cdk.App.__init__, aws_cdk.App.synth = init, synth  # type: ignore[method-assign]
        sys.path.remove(str(example))
        # Two examples may call a module of theirs alike; the library's own stay.
        for name in {*sys.modules} - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(example)):
                del sys.modules[name]


if __name__ == "__main__":
    for name in sys.argv[2:]:
        judge(EXAMPLES / name, Path(sys.argv[1]) / name)
