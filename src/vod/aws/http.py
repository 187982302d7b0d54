"""HTTP to an address outside of AWS."""

from collections.abc import Mapping

import urllib3

_TIMEOUT = urllib3.Timeout(connect=5, read=10)


class HttpPost:
    """POSTs to one address; redirects are not followed, so that nothing signed goes where nobody named."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            answer = self._pool.request(
                "POST", self._url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
        except urllib3.exceptions.HTTPError as failed:
            raise OSError(str(failed)) from failed
        answer.release_conn()
        return int(answer.status)
