"""The ports on AWS: the only code that imports boto3."""
