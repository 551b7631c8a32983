"""Synthesizes an existing template, so that the CDK validates it: `python included.py FILE`."""

from __future__ import annotations

import sys

from aws_cdk import App, Stack
from aws_cdk.cloudformation_include import CfnInclude

app = App()
CfnInclude(Stack(app, "Included"), "Template", template_file=sys.argv[1])
app.synth()
