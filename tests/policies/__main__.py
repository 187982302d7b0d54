"""Read every policy of the templates; exit 1 for a finding without a reason, or a reason without a finding."""

import sys

from tests.policies import documents, findings, readers


def main() -> int:
    """Print what is wrong, and how to go on."""
    policies = documents.every()
    found = {finding for policy in policies for finding in readers.findings(policy)}
    verdict = findings.judged(found, findings.accepted())
    for finding in verdict.unexplained:
        print(f"not accepted: {finding}")
    for finding in verdict.outdated:
        print(f"accepted, but found no more: {finding}")
    if any(verdict):
        print(f"Mend the policy, or change {findings.ACCEPTED.relative_to(documents.parsed.REPOSITORY)}.")
        return 1
    print(f"{len(policies)} policies read by parliament and cloudsplaining: {len(found)} findings, all with a reason.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
