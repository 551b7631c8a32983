"""Functions that run in AWS Lambda: plain Python, without this library and without any other."""
