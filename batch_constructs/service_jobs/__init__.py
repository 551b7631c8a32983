"""Service jobs: queues and environments of Amazon SageMaker, and requests to submit jobs to them."""
