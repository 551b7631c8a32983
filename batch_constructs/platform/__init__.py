"""Whole platforms: in one construct, or as stacks that are deployed separately."""
