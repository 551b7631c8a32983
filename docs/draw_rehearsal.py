"""Draws the picture of the page with questions for a rehearsal, from the plan that the page shows."""  # noqa: INP001

from __future__ import annotations

import re
from pathlib import Path

from batch_constructs.local.plan import plan
from batch_constructs.rehearsal import parse_plan, rehearse
from batch_constructs.rehearsal.charts import svg

DOCS = Path(__file__).parent
PICTURE = DOCS / "pictures/rehearsal.svg"
_PLAN = re.compile(r"^```yaml\n# shares\.yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def picture() -> str:
    """Return the picture as SVG."""
    found = _PLAN.search((DOCS / "rehearsal-questions.md").read_text("utf-8"))
    if found is None:
        raise ValueError("the page has no plan shares.yaml")
    template = plan(DOCS.parent / "tests/golden/monte_carlo.MonteCarlo.template.json")
    return svg(rehearse(template, parse_plan(found[1])))
