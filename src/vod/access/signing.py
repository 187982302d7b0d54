"""The key that opens private videos: ECDSA P-256 or RSA, as CloudFront takes them.

SHA-1 is what CloudFront takes without being told otherwise. Its weakness is two messages of an attacker's own choice
with one hash; nobody but this platform chooses what is signed here.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
_HASH = hashes.SHA1()  # noqa: S303 - see above


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the id under which CloudFront knows its public half, and the others that it accepts, by id."""

    id: str
    private: PrivateKey
    others: Mapping[str, PublicKey] = field(default_factory=dict)

    def sign(self, message: bytes) -> bytes:
        """The signature; the same for the same message, so that addresses stay the same and browsers' caches hit."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(message, padding.PKCS1v15(), _HASH)
        return self.private.sign(message, ec.ECDSA(_HASH, deterministic_signing=True))

    def verifies(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the key of an id made the signature of the message: this one, or one it takes turns with."""
        public = self.private.public_key() if key_id == self.id else self.others.get(key_id)
        return public is not None and _verifies(public, message, signature)


def _verifies(public: PublicKey, message: bytes, signature: bytes) -> bool:
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, message, padding.PKCS1v15(), _HASH)
        else:
            public.verify(signature, message, ec.ECDSA(_HASH))
    except InvalidSignature:
        return False
    return True


def load(pem: str, accepted: str) -> SigningKey:
    """The private key in a PEM text; `accepted` is what the CDN accepts: `id:public half` pairs with blanks between.

    ValueError when the text is no such key, or the CDN does not accept it.
    """
    private = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("The playback key is neither ECDSA nor RSA: CloudFront takes no other.")  # noqa: TRY004
    ids = {lines: key_id for key_id, _, lines in (pair.partition(":") for pair in accepted.split())}
    if (found := ids.pop(public_lines(private), None)) is None:
        raise ValueError(
            "The CDN does not accept the playback key: deploy its public half first (docs/api/playback-access.md)."
        )
    return SigningKey(found, private, {key_id: _public(lines) for lines, key_id in ids.items()})


def _public(lines: str) -> PublicKey:
    """The key of which `public_lines` gives these."""
    public = serialization.load_der_public_key(base64.b64decode(lines.replace(",", "")))
    if not isinstance(public, PublicKey):
        raise ValueError("A key that the CDN accepts is neither ECDSA nor RSA.")  # noqa: TRY004
    return public


def public_lines(private: PrivateKey) -> str:
    """The public half as the template's parameter has it: the lines of its PEM text, commas between them."""
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return ",".join(public.decode().splitlines()[1:-1])
