"""The deployed edge: the page in its bucket, the API behind it, a domain, and the stack that stands apart."""

import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from deployment import EDGE_REGION, STACK, edge, stack
from deployment.platform import Deployment
from local.api import Api, ApiError
from local.platform import Options, Platform

DOMAIN = {"DomainName": "video.example.com", "HostedZoneId": "Z0123456789"}


@pytest.fixture
def session(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    monkeypatch.setenv("AWS_ENDPOINT_URL", platform.endpoint)
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=EDGE_REGION)


def get(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), {}


def test_make_deploy_puts_the_page_where_the_distribution_serves_it(
    platform: Platform, session: boto3.Session, tmp_path: Path
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1.js").write_text("code")
    (tmp_path / "index.html").write_text("<page>")
    (tmp_path / "embed.html").write_text("<player>")
    domain = platform.clients.cloudfront.list_distributions()["DistributionList"]["Items"][0]["DomainName"]

    address = Deployment(session, STACK, {}, lambda _: None).run(lambda *_: None, tmp_path)

    via = {"Host": domain, "X_Forwarded_Proto": "https"}
    assert address == platform.url
    status, code, headers = get(f"{platform.endpoint}/assets/index-1.js", **via)
    assert (status, code) == (200, b"code")
    assert "immutable" in headers["Cache-Control"]
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    assert b'"clientId"' in get(f"{platform.endpoint}/config.json", **via)[1]
    assert get(f"{platform.endpoint}/assets/other.js", **via)[0] == 403
    if not shutil.which("node"):
        pytest.skip("NO NODE.JS: the function of the page's paths is not run")
    for path, body, framed_by in (("watch/1", b"<page>", "'self'"), ("embed/1", b"<player>", "'self' *")):
        status, document, headers = get(f"{platform.endpoint}/{path}", **via)
        assert (status, document) == (200, body)
        assert headers["Content-Security-Policy"].endswith(f"frame-ancestors {framed_by}")


def test_the_api_is_not_reached_around_the_edge(platform: Platform) -> None:
    api = stack.read(platform.clients.cloudformation, STACK).outputs["RestApiId"]
    around = f"{platform.endpoint}/restapis/{api}/api/_user_request_/videos"

    assert get(f"{platform.api}/videos", Authorization=f"Bearer {platform.token}")[0] == 200
    assert get(around, Authorization=f"Bearer {platform.token}")[0] == 403
    assert get(around, Authorization=f"Bearer {platform.token}", X_Origin_Secret="guess")[0] == 403


def test_the_list_of_ten_thousand_parts_passes_the_firewall_and_no_other_large_body(platform: Platform) -> None:
    api, nobody_s = Api(platform.api, platform.token), f"/videos/{'0' * 20}"
    parts = [{"partNumber": number, "etag": f'"{number:032x}"'} for number in range(1, 10_001)]

    with pytest.raises(ApiError, match="not_found: There is no such video"):
        api.call("POST", f"{nobody_s}/upload/complete", {"parts": parts})
    with pytest.raises(ApiError, match="413: Request blocked"):
        api.call("PATCH", nobody_s, {"title": "x" * 70_000})


def test_the_edge_stack_deploys_alone_and_changes(platform: Platform) -> None:
    aws = platform.clients.cloudformation
    apart = edge.Edge(aws, "Abroad", "eu-central-1", {**DOMAIN, "Firewall": "enabled"})

    given = apart.before()
    apart.after()

    assert given["EdgeCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert given["EdgeWebAclArn"].startswith("arn:aws:wafv2:us-east-1:")
    assert ":global/webacl/" in given["EdgeWebAclArn"]
    assert edge.Edge(aws, "Abroad", "eu-central-1", {**DOMAIN, "Firewall": "disabled"}).before()["EdgeWebAclArn"] == ""


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory, emulator_python: Path) -> Iterator[Platform]:
    """A platform with a domain in us-east-1."""
    options = Options(
        state=tmp_path_factory.mktemp("domain"),
        port=0,
        emulator_python=emulator_python,
        parameters={**DOMAIN, "PublicUrl": ""},
    )
    with Platform(options) as running:
        yield running


def test_with_a_domain_the_distribution_bears_its_name_and_certificate(at_home: Platform) -> None:
    aws = at_home.clients
    (found,) = aws.cloudfront.list_distributions()["DistributionList"]["Items"]

    config = aws.cloudfront.get_distribution(Id=found["Id"])["Distribution"]["DistributionConfig"]

    assert config["Aliases"]["Items"] == [DOMAIN["DomainName"]]
    assert config["ViewerCertificate"]["ACMCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert ":global/webacl/" in config["WebACLId"]
    outputs = stack.read(aws.cloudformation, STACK).outputs
    assert outputs["PublicUrl"] == "https://video.example.com"
    client = aws.cognito_idp.describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["PageClientId"]
    )
    assert client["UserPoolClient"]["CallbackURLs"] == ["https://video.example.com/signed-in"]


@pytest.mark.skipif(not shutil.which("node"), reason="NO NODE.JS: the function of the page's paths is not run")
def test_with_a_domain_the_distribution_s_own_name_leads_to_it(at_home: Platform) -> None:
    (found,) = at_home.clients.cloudfront.list_distributions()["DistributionList"]["Items"]
    asked = http.client.HTTPConnection(at_home.endpoint.removeprefix("http://"), timeout=30)

    asked.request("GET", "/watch/1?t=9", headers={"Host": found["DomainName"], "X-Forwarded-Proto": "https"})
    answer = asked.getresponse()

    assert (answer.status, answer.getheader("Location")) == (308, "https://video.example.com/watch/1?t=9")
    asked.close()
