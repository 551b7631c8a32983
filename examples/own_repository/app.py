"""The app that ``cdk deploy`` runs."""

from aws_cdk import App
from genomics.stack import Genomics

app = App()
Genomics(app, "Genomics")
app.synth()
