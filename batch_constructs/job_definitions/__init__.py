"""Job definitions: what a job runs, its resources, and its retries."""
