"""Job definitions: what a job runs, with how much, and what happens when it fails."""
