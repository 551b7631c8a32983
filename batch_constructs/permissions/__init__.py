"""Permissions for AWS Batch: condition keys, the user guide's example policies, and the logic of ``grant_*``."""
