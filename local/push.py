"""The encoder's image in the repository of a stack on this machine, where `docker push` would put it.

`python -m local.push` does it for a stack that another tool deployed. Tasks run the same code either way
(local/image.py); the repository only has to know the tag, as on AWS.
"""

import json
import os
import sys
from contextlib import suppress

from deployment import STACK
from local import deploy
from local.clients import Clients

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_TASK_DEFINITION = "AWS::ECS::TaskDefinition"


def push(clients: Clients, stack: str = STACK) -> str | None:
    """Store an image under the tag that the stack's tasks run; its address, None where no repository of ours has it."""
    definition = next(made.physical_id for made in deploy.resources(clients, stack) if made.kind == _TASK_DEFINITION)
    described = clients.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    address = str(described["containerDefinitions"][0]["image"])
    repository, _, tag = address.partition("/")[2].partition(":")
    if ".dkr.ecr." not in address:
        return None
    with suppress(clients.ecr.exceptions.RepositoryAlreadyExistsException):  # one of another stack, the pipeline's
        clients.ecr.create_repository(repositoryName=repository)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": []})
    with suppress(clients.ecr.exceptions.ImageTagAlreadyExistsException):
        clients.ecr.put_image(
            repositoryName=repository, imageTag=tag, imageManifest=manifest, imageManifestMediaType=MANIFEST
        )
    return address


def main() -> int:
    """Push for the stack at AWS_ENDPOINT_URL."""
    address = push(Clients(os.environ["AWS_ENDPOINT_URL"]))
    print(f"{STACK} runs {address}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
