from vod.plan.plan import SourceObject
from vod.steps.sign import ADDRESS_SECONDS, sign

SOURCE = SourceObject(bucket="b", key="uploads/x/source", version="v1", size=8)


class Signer:
    def of(self, source: SourceObject, seconds: int) -> str:
        return f"https://{source.bucket}/{source.key}?{source.version}&{seconds}"


def test_the_address_is_of_one_version_and_lives_for_minutes() -> None:
    signed = sign(SOURCE, 0, Signer())

    assert signed == {"url": f"https://b/uploads/x/source?v1&{ADDRESS_SECONDS}", "times": 1}


def test_addresses_are_counted_so_that_they_end() -> None:
    assert sign(SOURCE, 2, Signer())["times"] == 3
