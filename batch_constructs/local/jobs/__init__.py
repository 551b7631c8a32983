"""Jobs with everything that callers see of them: requests merged with definitions, attempts, descriptions."""
