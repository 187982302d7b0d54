import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from tests.signing_keys import KEY, OTHER_KEY, PRIVATE, new_rsa, pem
from vod.access import signing
from vod.access.signing import SigningKey

MESSAGE = b'{"Statement":[]}'


def test_an_ecdsa_signature_is_what_openssl_verifies_with_sha1() -> None:
    signature = KEY.sign(MESSAGE)

    PRIVATE.public_key().verify(signature, MESSAGE, ec.ECDSA(hashes.SHA1()))


def test_an_rsa_signature_is_pkcs1_with_sha1() -> None:
    private = new_rsa()

    signature = SigningKey("K1", private).sign(MESSAGE)

    public = private.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA1())


def test_the_same_message_is_signed_alike_so_that_addresses_stay_the_same() -> None:
    assert KEY.sign(MESSAGE) == KEY.sign(MESSAGE)


@pytest.mark.parametrize("key", [KEY, SigningKey("K1", new_rsa())], ids=["ecdsa", "rsa"])
def test_a_key_knows_its_own_signatures_only(key: SigningKey) -> None:
    signature = key.sign(MESSAGE)

    assert key.verifies(key.id, MESSAGE, signature)
    assert not key.verifies(key.id, MESSAGE + b" ", signature)
    assert not key.verifies(key.id, MESSAGE, OTHER_KEY.sign(MESSAGE))
    assert not key.verifies(key.id, MESSAGE, b"nonsense")


@pytest.mark.parametrize("private", [PRIVATE, new_rsa()], ids=["ecdsa", "rsa"])
def test_the_public_half_is_pem_without_its_frame(private: signing.PrivateKey) -> None:
    lines = signing.public_lines(private)

    public = serialization.load_der_public_key(base64.b64decode(lines.replace(",", "")))
    assert public == private.public_key()
    assert all(len(line) <= 64 for line in lines.split(","))


def test_a_key_is_known_by_the_id_of_its_public_half() -> None:
    others, own = signing.public_lines(OTHER_KEY.private), signing.public_lines(PRIVATE)

    assert signing.load(pem(PRIVATE), f"KA:{others} KB:{own}").id == "KB"


def test_a_key_that_the_cdn_does_not_accept_signs_nothing() -> None:
    with pytest.raises(ValueError, match="does not accept"):
        signing.load(pem(PRIVATE), f"KA:{signing.public_lines(OTHER_KEY.private)}")


def test_a_key_that_cloudfront_cannot_take_is_refused() -> None:
    private = ed25519.Ed25519PrivateKey.generate()

    with pytest.raises(ValueError, match="neither ECDSA nor RSA"):
        signing.load(pem(private), "KA:x")  # type: ignore[arg-type]


@pytest.mark.parametrize("before", [OTHER_KEY.private, new_rsa()], ids=["ecdsa", "rsa"])
def test_while_keys_are_exchanged_what_the_one_before_signed_stays_good(before: signing.PrivateKey) -> None:
    accepted = f"KA:{signing.public_lines(before)} KB:{signing.public_lines(PRIVATE)}"

    key = signing.load(pem(PRIVATE), accepted)

    signature = SigningKey("KA", before).sign(MESSAGE)
    assert key.verifies("KA", MESSAGE, signature)
    assert not key.verifies("KB", MESSAGE, signature)
    assert not key.verifies("KC", MESSAGE, signature)
