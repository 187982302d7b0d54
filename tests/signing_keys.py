"""Keys that tests sign with."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vod.access.signing import PrivateKey, SigningKey

PRIVATE = ec.derive_private_key(20260102, ec.SECP256R1())
KEY = SigningKey("K2JCJMDEHXQW5F", PRIVATE)
OTHER_KEY = SigningKey("K3OTHEROTHER99", ec.derive_private_key(7, ec.SECP256R1()))


def new_rsa() -> PrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(private: PrivateKey) -> str:
    plain = serialization.NoEncryption()
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
