"""Files at addresses, from real servers of this machine; where names lead is made up."""

import datetime
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.access.test_public_address import NOT_PUBLIC
from vod.aws import web
from vod.aws.web import BucketWeb, PublicWeb
from vod.errors import Unfetchable

FILE = bytes(range(256)) * 40_000
NAME = "films.example"


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))  # type: ignore[attr-defined]
        getattr(self, f"serve_{self.path.strip('/').split('?')[0] or 'file'}", self.serve_status)()

    def serve_file(self, total: bool = True, tag: str = '"v1"') -> None:
        first = 0
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range", tag) == tag:
            first = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(FILE) - 1}/{len(FILE)}")
        else:
            self.send_response(200)
        self.send_header("ETag", tag)
        self.send_header("Content-Type", "video/mp4")
        if total:
            self.send_header("Content-Length", str(len(FILE) - first))
        self.end_headers()
        self.wfile.write(FILE[first:])
        self.close_connection = not total

    def serve_weak(self) -> None:
        self.serve_file(tag='W/"v1"')

    def serve_endless(self) -> None:
        self.serve_file(total=False)

    def serve_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILE)))
        self.end_headers()
        self.wfile.write(FILE[:1000])
        self.close_connection = True

    def serve_status(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve_to(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path.partition("?")[2])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def certificate(folder: Path) -> tuple[Path, Path]:
    """One for NAME, its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(cert: tuple[Path, Path]) -> Iterator[ThreadingHTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*cert)
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as serving:
        serving.socket = context.wrap_socket(serving.socket, server_side=True)
        serving.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving
        serving.shutdown()


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch, cert: tuple[Path, Path]) -> PublicWeb:
    """For which this machine is public."""
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    return PublicWeb(resolve=lambda *_: ["127.0.0.1"], tls={"ca_certs": str(cert[0])})


@pytest.fixture
def url(server: ThreadingHTTPServer) -> Callable[[str], str]:
    return lambda path: f"https://{NAME}:{server.server_port}{path}"


def whole(found: Any) -> bytes:
    return b"".join(found.pieces)


def test_a_file_comes_over_tls_with_the_name_that_was_asked_for(
    public: PublicWeb, url: Callable[[str], str], server: Any
) -> None:
    with public.open(url("/file"), 0, None) as found:
        assert (found.first, found.total, found.tag, found.content_type) == (0, len(FILE), '"v1"', "video/mp4")
        assert whole(found) == FILE
    assert server.asked[-1][0] == f"{NAME}:{server.server_port}"


def test_it_goes_on_where_it_was_and_from_the_beginning_where_it_changed(
    public: PublicWeb, url: Callable[[str], str]
) -> None:
    with public.open(url("/file"), 1_000_000, '"v1"') as found:
        assert (found.first, found.total, whole(found)) == (1_000_000, len(FILE), FILE[1_000_000:])
    with public.open(url("/file"), 1_000_000, '"v0"') as found:
        assert (found.first, whole(found)) == (0, FILE)
    with public.open(url("/weak"), 0, None) as found:
        assert found.tag is None
    with public.open(url("/endless"), 0, None) as found:
        assert (found.total, whole(found)) == (None, FILE)


def test_a_connection_that_breaks_may_be_tried_again(public: PublicWeb, url: Callable[[str], str]) -> None:
    for path in ("/short", "/500", "/503", "/429"):
        with pytest.raises(OSError), public.open(url(path), 0, None) as found:
            whole(found)
    nobody = PublicWeb(resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(OSError), nobody.open("https://films.example:9/", 0, None):
        pass


@pytest.mark.parametrize("path", ["/404", "/403", "/401", "/304", "/204"])
def test_what_the_server_refuses_is_refused(public: PublicWeb, url: Callable[[str], str], path: str) -> None:
    with pytest.raises(Unfetchable, match="answered"), public.open(url(path), 0, None):
        pass


def test_a_certificate_of_another_name_or_of_nobody_is_refused(
    public: PublicWeb, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError), public.open(f"https://other.example:{server.server_port}/file", 0, None):
        pass
    unknown = PublicWeb(resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(OSError), unknown.open(f"https://{NAME}:{server.server_port}/file", 0, None):
        pass


def test_redirects_are_followed_each_checked_anew(public: PublicWeb, url: Callable[[str], str]) -> None:
    with public.open(url("/to?/file"), 0, None) as found:
        assert whole(found) == FILE
    with public.open(url("/to?" + url("/to?/file")), 0, None) as found:
        assert found.total == len(FILE)
    for leads in (
        "http://films.example/",
        "file:///etc/passwd",
        "https://u:p@films.example/",
        "ftp://films.example/",
        "https://",
    ):
        with pytest.raises(Unfetchable), public.open(url(f"/to?{leads}"), 0, None):
            pass
    with pytest.raises(Unfetchable, match="in turn"):
        loop = url("/to")
        for _ in range(8):
            loop = url("/to?" + loop)
        with public.open(loop + "?/file", 0, None):
            pass


@pytest.mark.parametrize("address", [each for kind in NOT_PUBLIC.values() for each in kind])
def test_a_name_that_leads_where_nobody_else_comes_is_refused(address: str) -> None:
    for answered in ([address], ["93.184.215.14", address], [address, "93.184.215.14"]):
        with (
            pytest.raises(Unfetchable, match="no public address"),
            PublicWeb(resolve=lambda *_, a=answered: a).open("https://films.example/", 0, None),
        ):
            pass


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "LOCALHOST",
        "localhost.",
    ],
)
def test_no_spelling_of_this_machine_is_called(host: str) -> None:
    with pytest.raises((Unfetchable, OSError)) as refused, PublicWeb().open(f"https://{host}:9/", 0, None):
        pass
    assert not isinstance(refused.value, ConnectionError)
    assert "connection broke" not in str(refused.value)


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(
    server: ThreadingHTTPServer, cert: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with PublicWeb(resolve=rebinding, tls={"ca_certs": str(cert[0])}).open(
        f"https://{NAME}:{server.server_port}/file", 0, None
    ) as found:
        assert whole(found) == FILE
    assert asked == [NAME]


def test_a_bucket_s_file_goes_on_while_it_is_the_same(s3: Any) -> None:
    s3.create_bucket(Bucket="films")
    s3.put_object(Bucket="films", Key="a b.mp4", Body=FILE, ContentType="video/mp4")
    buckets = BucketWeb(s3)

    with buckets.open("s3://films/a%20b.mp4", 0, None) as found:
        assert (found.first, found.total, found.content_type, whole(found)) == (0, len(FILE), "video/mp4", FILE)
        tag = found.tag
    with buckets.open("s3://films/a%20b.mp4", 1000, tag) as found:
        assert (found.first, whole(found)) == (1000, FILE[1000:])
    s3.put_object(Bucket="films", Key="a b.mp4", Body=b"another")
    with buckets.open("s3://films/a%20b.mp4", 1000, tag) as found:
        assert (found.first, whole(found)) == (0, b"another")
    with pytest.raises(Unfetchable, match="404"), buckets.open("s3://films/none", 0, None):
        pass
