"""A platform for jobs of all kinds, in one construct: everything except the jobs."""

import batch_constructs as bc
from aws_cdk import App, Stack

app = App()
stack = Stack(app, "Platform")
platform = bc.BatchPlatform(stack, "Batch", emails=["ops@example.com"])
app.synth()
