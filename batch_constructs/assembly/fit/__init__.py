"""Says whether a job would run in an environment, and what is in the way."""
