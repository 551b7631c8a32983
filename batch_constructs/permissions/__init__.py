"""Who may call AWS Batch: the condition keys, the user guide's example policies, the logic behind ``grant_*``."""
