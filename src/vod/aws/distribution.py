"""The CDN in CloudFront: what it must forget."""

from typing import Any


class CloudFront:
    """One distribution, whose id an SSM parameter tells: the distribution itself needs the functions."""

    def __init__(self, client: Any, ssm: Any, parameter: str) -> None:
        self._client = client
        self._ssm = ssm
        self._parameter = parameter

    def forget(self, path: str, reference: str) -> str | None:
        distribution = self._ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"]
        batch = {"Paths": {"Quantity": 1, "Items": [path]}, "CallerReference": reference}
        try:
            answer = self._client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)
        except self._client.exceptions.TooManyInvalidationsInProgress:
            return None
        return str(answer["Invalidation"]["Id"])
