"""The border to the CDK: all that touches jsii in an unusual way, and what every construct needs of it."""
