"""`make playback-key`: a key pair for private playback, its private half in Secrets Manager, its public half printed.

With a FOLDER nothing leaves this machine: the private half becomes a file there.
"""

import os
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deployment import STACK, private_file

FILE = "playback-key.pem"
RECOVERY_DAYS = 30
"""How long a key can be had back after `make destroy`; the most that AWS allows."""


def new_key() -> str:
    """A new private key, in PEM: ECDSA P-256, whose signatures are a quarter of RSA's in every address."""
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(serialization.Encoding.PEM, form, plain).decode()


def public_half(pem: str) -> str:
    """The public half of a private key as the template's parameter takes it."""
    public = serialization.load_pem_private_key(pem.encode(), None).public_key()
    text = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return ",".join(text.decode().splitlines()[1:-1])


def kept(folder: Path) -> str:
    """The private key kept in a folder, made when there is none; nobody else can read it."""
    path = folder / FILE
    if path.exists():
        private_file.close(path)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        private_file.write(path, new_key())
    return path.read_text()


def store(client: Any, stack: str, pem: str) -> None:
    """Make the key the current value of the stack's secret."""
    name = f"{stack}/playback-key"
    try:
        client.create_secret(Name=name, SecretString=pem, Description="Private key of signed playback")
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=pem)


def ensured(client: Any, stack: str) -> str:
    """The private key in the stack's secret, made when there is none and had back when it was about to go."""
    try:
        restore(client, stack)
        return str(client.get_secret_value(SecretId=f"{stack}/playback-key")["SecretString"])
    except client.exceptions.ResourceNotFoundException:
        store(client, stack, pem := new_key())
        return pem


def restore(client: Any, stack: str) -> None:
    """Have the secret stay where `make destroy` retired it; ResourceNotFoundException where there is none."""
    if "DeletedDate" in client.describe_secret(SecretId=f"{stack}/playback-key"):
        client.restore_secret(SecretId=f"{stack}/playback-key")


def retire(client: Any, stack: str) -> bool:
    """Have AWS delete the stack's secret after the days in which it can be had back; False where there is none."""
    try:
        client.delete_secret(SecretId=f"{stack}/playback-key", RecoveryWindowInDays=RECOVERY_DAYS)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Make a pair; the exit code."""
    stack = os.environ.get("STACK") or STACK
    try:
        if arguments:
            pem = kept(Path(arguments[0]))
        else:
            pem = new_key()
            store(boto3.client("secretsmanager"), stack, pem)
    except (BotoCoreError, ClientError, OSError) as error:
        print(f"make playback-key: {error}", file=sys.stderr)
        return 1
    print(f"make deploy PARAMETERS='PlaybackPublicKey={public_half(pem)}'")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
