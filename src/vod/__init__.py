"""The video platform's shared code: pure logic at the top, `steps` above it, boto3 only in `aws`."""
