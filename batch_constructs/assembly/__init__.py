"""The wing that reads what synth puts out: templates, checks, changes. Pure Python, no ``aws_cdk``, no Node.js."""
