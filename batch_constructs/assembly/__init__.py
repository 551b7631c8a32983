"""The side that reads the output of synth: templates, checks, changes. Pure Python, without ``aws_cdk`` or Node.js."""
