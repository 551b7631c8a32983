"""The border to the CDK: all code that depends on how jsii works, and helpers for every construct."""
