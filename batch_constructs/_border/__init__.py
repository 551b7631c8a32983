"""The border to the CDK: code that depends on how jsii works, and helpers for every construct."""
