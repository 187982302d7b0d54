"""Putting the platform into an AWS account: `make deploy`, `make destroy` and `make playback-key`."""

STACK = "VideoTranscodingStack"
"""The stack's name, unless samconfig.toml or the environment says another."""
EDGE_REGION = "us-east-1"
"""CloudFront takes certificates and firewalls from there only."""
