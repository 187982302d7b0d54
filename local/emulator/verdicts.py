"""What IAM would decide, for policies under which nothing here runs: `python -m local.emulator.verdicts`.

Standard input is JSON: `policies` and `limits` (documents; limits bound the policies, as a permissions boundary does),
and `requests`, each with `action`, `resource` and `context` (condition keys). Standard output: a decision for each.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator

ACCOUNT = "123456789012"
PRINCIPAL = f"arn:aws:sts::{ACCOUNT}:assumed-role/role/session"


def decisions(asked: Mapping[str, Any]) -> list[str]:
    """Allow, Deny (a statement says so) or ImplicitDeny (none allows it) for each request."""
    policies = [iam_evaluator.parse_policy_document(each) for each in asked["policies"]]
    limits = [[iam_evaluator.parse_policy_document(each)] for each in asked["limits"]]
    return [str(iam_evaluator.evaluate(_context(each), policies, *limits).decision) for each in asked["requests"]]


def _context(request: Mapping[str, Any]) -> Any:
    keys = {key.lower(): value for key, value in request["context"].items()}
    return iam_evaluator.EvalContext(
        principal_arn=PRINCIPAL,
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=request["action"],
        resource_arn=request["resource"],
        region=keys.pop("aws:requestedregion"),
        secure_transport=True,
        service_context=keys,
    )


if __name__ == "__main__":
    json.dump(decisions(json.load(sys.stdin)), sys.stdout)
