"""Functions that run in AWS Lambda, each a module that needs nothing but boto3."""
