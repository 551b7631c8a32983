"""AWS Batch on this machine: the jobs of a synthesized template run here, by the scheduler's documented rules.

`engine` decides what happens and when; it knows neither a clock nor a process. The drivers give it one.
Nothing here imports ``aws_cdk``, and ``import batch_constructs`` loads none of it.
"""
