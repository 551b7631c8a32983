"""Compute environments: the capacity on which AWS Batch runs jobs."""
