"""Putting the platform into an AWS account: `make deploy` and its like, and the steps of the pipeline."""

from pathlib import Path

STACK = "VideoTranscodingStack"
"""The stack's name, unless samconfig.toml or the environment says another."""
EDGE_REGION = "us-east-1"
"""CloudFront takes certificates and firewalls from there only."""
REPOSITORY = Path(__file__).parents[1]
"""The top of the checkout."""
