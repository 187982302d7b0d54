"""The edge: domain, certificate, firewalls and headers, in us-east-1 and elsewhere, with and without."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.emulator.web_acl import refusal
from local.web import FILE_HEADERS, VIEWS, embed_headers, file_headers, security_headers
from tests import samples
from tests.templates import parsed, resolved
from tests.templates.parsed import Value
from vod.aws.stored_as import TYPES

HOME, ABROAD = "us-east-1", "eu-central-1"
DOMAIN = {"DomainName": "video.example.com", "HostedZoneId": "Z1"}
ARNS = {"EdgeCertificateArn": "arn:cert", "EdgeWebAclArn": "arn:acl"}
POLICIES = parsed.template_of("Policies")["Resources"]
EDGE = parsed.template_of("Edge")["Resources"]
RULES = {rule["Name"]: rule for rule in EDGE["WebAcl"]["Properties"]["Rules"]}


def distribution(region: str, **parameters: str) -> Value:
    return resolved.resources("Cdn", region, **parameters)["Distribution"]["DistributionConfig"]


def from_edge(name: str) -> Value:
    return {"Fn::GetAtt": ["Edge", f"Outputs.{name}"]}


@pytest.mark.parametrize("region", [HOME, ABROAD])
def test_cfn_lint_finds_nothing_in_either_shape(region: str) -> None:
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", region, "--", *map(str, parsed.PATHS)]

    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert (result.stdout, result.returncode) == ("", 0), result.stdout + result.stderr


@pytest.mark.parametrize("region", [HOME, ABROAD])
def test_without_a_domain_everything_works_on_cloudfront_s_name(region: str) -> None:
    made = resolved.resources("Cdn", region)

    config = made["Distribution"]["DistributionConfig"]
    assert "Aliases" not in config
    assert config["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert "Records" not in made


@pytest.mark.parametrize(
    ("region", "certificate"), [(HOME, from_edge("CertificateArn")), (ABROAD, {"Ref": "EdgeCertificateArn"})]
)
def test_a_domain_has_its_certificate_modern_tls_and_both_kinds_of_record(region: str, certificate: Value) -> None:
    made = resolved.resources("Cdn", region, **DOMAIN, **ARNS)

    config = made["Distribution"]["DistributionConfig"]
    assert config["Aliases"] == [{"Ref": "DomainName"}]
    assert config["ViewerCertificate"] == {
        "AcmCertificateArn": certificate,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    }
    assert {record["Type"] for record in made["Records"]["RecordSets"]} == {"A", "AAAA"}
    assert ("Edge" in made) is (region == HOME)


def test_http_3_and_nothing_without_tls() -> None:
    config = distribution(HOME)

    assert config["HttpVersion"] == "http2and3"
    behaviors = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
    assert {each["ViewerProtocolPolicy"] for each in behaviors} == {"redirect-to-https", "https-only"}


@pytest.mark.parametrize(
    ("region", "parameters", "firewall"),
    [
        (HOME, {}, from_edge("WebAclArn")),
        (HOME, ARNS, from_edge("WebAclArn")),
        (HOME, {"Firewall": "disabled"}, None),
        (HOME, {"Firewall": "disabled", **DOMAIN}, None),
        (ABROAD, {}, None),
        (ABROAD, ARNS, {"Ref": "EdgeWebAclArn"}),
        (ABROAD, {"Firewall": "disabled", **ARNS}, None),
    ],
)
def test_the_distribution_has_the_firewall_that_there_is(
    region: str, parameters: dict[str, str], firewall: Value
) -> None:
    made = resolved.resources("Cdn", region, **parameters)

    assert made["Distribution"]["DistributionConfig"].get("WebACLId") == firewall
    if firewall == from_edge("WebAclArn"):
        assert "Edge" in made


@pytest.mark.parametrize("region", [HOME, ABROAD])
@pytest.mark.parametrize("firewall", ["enabled", "disabled"])
def test_with_a_firewall_the_api_answers_the_distribution_only(region: str, firewall: str) -> None:
    made = resolved.resources("Cdn", region, Firewall=firewall)

    api = next(each for each in made["Distribution"]["DistributionConfig"]["Origins"] if each["Id"] == "api")
    assert ("ApiFirewall" in made) is ("OriginCustomHeaders" in api) is (firewall == "enabled")
    assert ("ApiFirewallAssociation" in made) is (firewall == "enabled")


def test_the_api_refuses_who_lacks_the_secret_only_after_cloudfront_sends_it() -> None:
    association = parsed.template_of("Cdn")["Resources"]["ApiFirewallAssociation"]

    assert association["DependsOn"] == "Distribution"
    assert parsed.ROOT_TEMPLATE["Resources"]["Cdn"]["Properties"]["Parameters"]["ApiStage"] == {"Ref": "Api.Stage"}


def test_the_api_s_firewall_lets_in_who_has_the_secret_and_nobody_else() -> None:
    acl = parsed.template_of("ApiFirewall")["Resources"]["WebAcl"]["Properties"]

    (rule,) = acl["Rules"]
    match = rule["Statement"]["ByteMatchStatement"]
    api = next(each for each in distribution(HOME)["Origins"] if each["Id"] == "api")
    assert (acl["Scope"], acl["DefaultAction"], rule["Action"]) == ("REGIONAL", {"Block": {}}, {"Allow": {}})
    assert match["FieldToMatch"] == {"SingleHeader": {"Name": api["OriginCustomHeaders"][0]["HeaderName"]}}
    assert match["PositionalConstraint"] == "EXACTLY"


def test_the_edge_limits_floods_and_knows_aws_s_lists() -> None:
    managed = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in RULES.values() if "OverrideAction" in rule
    }

    assert RULES["Flood"]["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert managed == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }


COMPLETE = f"/api/videos/{samples.VIDEO_ID}/upload/complete"
CAPTIONS = f"/api/videos/{samples.VIDEO_ID}/captions"
PARTS = len(json.dumps({"parts": [{"partNumber": n, "etag": f'"{n:032x}"'} for n in range(1, 10_001)]}))
"""Bytes of the longest list of parts, written with Python's spaces."""


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/videos", 4 * 2**20, None),
        (COMPLETE, PARTS, None),
        (CAPTIONS, 4 * 2**20, None),
        (f"{CAPTIONS}/c12ab34cd", 4 * 2**20, None),
        (f"{CAPTIONS}/c12ab34cd/x", 65_536, 413),
        ("/api/videos/", 65_536, 413),
        (f"/api/videos/{samples.VIDEO_ID}", 65_536, 413),
        (f"/api/videos/{samples.VIDEO_ID}", 65_535, None),
        (f"{COMPLETE}/x", PARTS, 413),
        (f"/x{COMPLETE}", PARTS, 413),
        ("/api/videos/a/b/upload/complete", PARTS, 413),
        ("/", PARTS, 413),
    ],
)
def test_a_large_body_is_a_video_the_list_of_its_parts_or_subtitles(path: str, size: int, status: int | None) -> None:
    acl = EDGE["WebAcl"]["Properties"]

    assert refusal(acl, path, {}, size) == status
    assert PARTS > 690_000


def test_a_file_in_a_body_is_not_searched_for_attacks_but_everything_else_is() -> None:
    scope = RULES["Common"]["Statement"]["ManagedRuleGroupStatement"]["ScopeDownStatement"]

    pattern = scope["NotStatement"]["Statement"]["RegexMatchStatement"]["RegexString"]
    files = ("/api/videos", CAPTIONS, f"{CAPTIONS}/c12ab34cd")
    others = ("/api/videos/", "/api/videos/x", COMPLETE, f"{CAPTIONS}/x/y", f"/x{CAPTIONS}", "/api/webhooks", "/")
    assert [bool(re.search(pattern, path)) for path in (*files, *others)] == [True] * 3 + [False] * 7


def test_no_firewall_keeps_samples_of_requests_whose_addresses_hold_tokens() -> None:
    acls = [EDGE["WebAcl"], parsed.template_of("ApiFirewall")["Resources"]["WebAcl"]]

    shown = [each["VisibilityConfig"] for acl in acls for each in (acl["Properties"], *acl["Properties"]["Rules"])]
    assert {each["SampledRequestsEnabled"] for each in shown} == {False}


def test_what_the_firewall_logs_holds_no_secret() -> None:
    logging = EDGE["WebAclLogging"]["Properties"]

    redacted = [next(iter(field.values())).get("Name", next(iter(field))) for field in logging["RedactedFields"]]
    assert redacted == ["authorization", "cookie", "referer", "QueryString", "UriPath"]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"


def test_manifests_are_compressed_and_media_is_not() -> None:
    behaviors = {each["PathPattern"]: each for each in distribution(HOME)["CacheBehaviors"]}
    asked = POLICIES["ManifestCache"]["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]

    assert behaviors["/videos/*.m3u8"]["Compress"] is behaviors["/videos/*.mpd"]["Compress"] is True
    assert behaviors["/videos/*"]["Compress"] is False
    assert asked["EnableAcceptEncodingGzip"] is True


def test_no_error_is_cached() -> None:
    responses = distribution(HOME)["CustomErrorResponses"]

    assert {each["ErrorCachingMinTTL"] for each in responses} == {0}
    assert {400, 403, 404, 500, 502, 503, 504} == {each["ErrorCode"] for each in responses}


def test_no_cache_depends_on_a_header_of_the_viewer() -> None:
    for name in ("SegmentCache", "ManifestCache", "PageCache"):
        asked = POLICIES[name]["Properties"]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]

        assert asked["HeadersConfig"] == {"HeaderBehavior": "none"}


def security(name: str, **parameters: str) -> Value:
    policy = resolved.resources("Policies", HOME, **parameters)[name]["ResponseHeadersPolicyConfig"]
    return policy["SecurityHeadersConfig"]


def test_the_page_s_policy_is_the_one_that_the_local_platform_is_tested_with() -> None:
    headers = security("PageHeaders")

    said = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert said == security_headers(("https://${UploadHost}",))["Content-Security-Policy"]
    assert "FrameOptions" not in headers


def test_what_encoders_stored_is_sandboxed_as_on_the_local_platform() -> None:
    headers = security("PlaybackHeaders")

    assert headers["ContentSecurityPolicy"] == {
        "ContentSecurityPolicy": FILE_HEADERS["Content-Security-Policy"],
        "Override": True,
    }
    assert headers["ContentTypeOptions"] == {"Override": True}


def test_no_address_is_told_to_whom_a_page_leads_and_no_answer_of_the_api_can_be_framed() -> None:
    for name in ("SecurityHeaders", "PlaybackHeaders", "PageHeaders", "EmbedHeaders"):
        assert security(name)["ReferrerPolicy"] == {"ReferrerPolicy": "no-referrer", "Override": True}
    for name in ("SecurityHeaders", "PlaybackHeaders"):
        assert security(name)["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert "frame-ancestors 'none'" in security("SecurityHeaders")["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert security_headers(())["Referrer-Policy"] == embed_headers("*")["Referrer-Policy"] == "no-referrer"


def test_nobody_keeps_a_log_of_addresses_that_hold_tokens() -> None:
    config, api = distribution(HOME), parsed.ROOT_TEMPLATE["Resources"]["Api"]["Properties"]

    assert "Logging" not in config
    assert {"AccessLogSetting", "MethodSettings"} & api.keys() == set()
    assert parsed.resources("AWS::CloudFront::RealtimeLogConfig") == parsed.resources("AWS::Logs::Delivery") == []


def text(value: Value, values: dict[str, str]) -> str:
    """What CloudFormation makes of a join."""
    if isinstance(value, str):
        return value
    mark, parts = value["Fn::Join"]
    if isinstance(parts, dict):
        separator, split = parts["Fn::Split"]
        parts = values[split["Ref"]].split(separator)
    return str(mark).join(text(part, values) for part in parts)


@pytest.mark.parametrize("origins", ["*", "", "https://a.example", "https://a.example,https://*.b.example"])
def test_the_embedded_player_may_stand_in_frames_of_the_sites_that_are_named(origins: str) -> None:
    headers = security("EmbedHeaders", EmbedOrigins=origins)

    template, values = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    ancestors = "'self'" if not origins else f"'self' {origins.replace(',', ' ')}"
    assert text(values["Ancestors"], {"EmbedOrigins": origins}) == ancestors
    assert template.replace("${Ancestors}", ancestors) == embed_headers(origins)["Content-Security-Policy"]
    assert "FrameOptions" not in headers  # it knows no exception; frame-ancestors does


def test_without_allowed_origins_no_other_site_s_player_reads_anything() -> None:
    config = distribution(HOME)

    policy = resolved.resources("Policies", HOME)
    assert "CorsConfig" not in policy["PlaybackHeaders"]["ResponseHeadersPolicyConfig"]
    assert "CorsConfiguration" not in resolved.resources("Storage", HOME)["OutputBucket"]
    for each in config["CacheBehaviors"]:
        assert "OPTIONS" not in each.get("AllowedMethods", []) or each["TargetOriginId"] == "api"
        assert "FunctionAssociations" not in each or each["TargetOriginId"] in ("page", "output")


ALLOWED = {"AllowedOrigins": "https://a.example,https://*.b.example"}
PLAYS = ["/api/*/playback", "/api/videos/*/manifest/*", "/videos/*.m3u8", "/videos/*.mpd", "/videos/*"]


def test_with_allowed_origins_exactly_what_plays_may_be_read_by_their_players() -> None:
    config = distribution(HOME, **ALLOWED)

    behaviors = {each["PathPattern"]: each for each in config["CacheBehaviors"]}
    policy = {"Fn::GetAtt": ["Policies", "Outputs.PlaybackHeaders"]}
    assert [path for path, each in behaviors.items() if each["ResponseHeadersPolicyId"] == policy] == PLAYS
    assert all("OPTIONS" in behaviors[path]["AllowedMethods"] for path in PLAYS)
    assert list(behaviors).index("/api/videos/*/manifest/*") < list(behaviors).index("/api/*")


def test_no_cookie_is_asked_of_another_site() -> None:
    cors = resolved.resources("Policies", HOME, **ALLOWED)["PlaybackHeaders"]["ResponseHeadersPolicyConfig"][
        "CorsConfig"
    ]

    assert cors["AccessControlAllowCredentials"] is False
    assert cors["OriginOverride"] is True  # what S3 said to another viewer is in the cache
    assert cors["AccessControlAllowMethods"] == {"Items": ["GET", "HEAD"]}


@pytest.mark.parametrize("name", ["EmbedOrigins", "AllowedOrigins"])
@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("", True),
        ("*", True),
        ("https://a.example", True),
        ("http://localhost:8000,https://*.b.example", True),
        ("a.example", False),
        ("https://a.example/", False),
        ("https://a.example; script-src *", False),
        ("https://a.example https://b.example", False),
        ("https://A.example", False),
        ("*,https://a.example", False),
        ("https://a.*.example", False),
        ("https://a.example'", False),
    ],
)
def test_a_list_of_sites_is_origins_and_a_wrong_one_is_refused_with_an_example(
    name: str, value: str, taken: bool
) -> None:
    parameter = parsed.ROOT_TEMPLATE["Parameters"][name]

    assert bool(re.fullmatch(parameter["AllowedPattern"], value)) is taken
    assert "https://example.com,https://*.example.org" in parameter["ConstraintDescription"]


def test_the_embedded_player_alone_is_served_with_the_policy_that_lets_it_stand_in_frames() -> None:
    config = distribution(HOME)

    by_policy = {
        each["PathPattern"]: each["ResponseHeadersPolicyId"]["Fn::GetAtt"][1] for each in config["CacheBehaviors"]
    }
    assert [path for path, policy in by_policy.items() if policy == "Outputs.EmbedHeaders"] == ["/embed*"]
    assert config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == {
        "Fn::GetAtt": ["Policies", "Outputs.PageHeaders"]
    }


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="NO NODE.JS: the views' function is not run")


def request(uri: str, host: str = "d111.cloudfront.net", **query: Value) -> Value:
    return {"method": "GET", "uri": uri, "querystring": query, "headers": {"host": {"value": host}}, "cookies": {}}


def run_function(host: str, requests: list[Value]) -> Value:
    """What the function of the page's paths answers to each request, on a platform with this host name."""
    return run("Views", {"PublicHost": host}, requests)


def run(name: str, values: dict[str, str], requests: list[Value]) -> Value:
    """What a function of the edge answers to each request."""
    code = POLICIES[name]["Properties"]["FunctionCode"]["Fn::Sub"]
    for parameter, value in values.items():
        code = code.replace(f"${{{parameter}}}", value)
    events = json.dumps(
        [{"version": "1.0", **(each if "response" in each else {"request": each})} for each in requests]
    )
    script = f"{code}\nconsole.log(JSON.stringify({events}.map(handler)))"
    return json.loads(subprocess.run(["node", "-e", script], capture_output=True, check=True).stdout)


@needs_node
@pytest.mark.parametrize(
    ("uri", "query", "address"),
    [
        ("/", {}, "/"),
        ("/share/a.b-c", {}, "/share/a.b-c"),
        ("/assets/x.js", {}, "/assets/x.js"),
        ("/watch/1", {"t": {"value": "9"}, "format": {"value": "hls"}}, "/watch/1?t=9&format=hls"),
        ("/", {"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "%202"}]}}, "/?a=1&a=%202"),
    ],
)
def test_another_host_name_leads_to_the_domain(uri: str, query: Value, address: str) -> None:
    (moved,) = run_function("video.example.com", [request(uri, **query)])

    assert (moved["statusCode"], moved["headers"]["location"]) == (
        308,
        {"value": "https://video.example.com" + address},
    )


@needs_node
def test_the_domain_itself_is_served_and_without_one_every_name_is() -> None:
    own = [request("/watch/1", "video.example.com")]

    for served in (run_function("video.example.com", own), run_function("", own), run_function("", [request("/")])):
        assert [each["uri"] for each in served] == ["/index.html"]


@pytest.mark.parametrize(("given", "host"), [({}, {"Ref": "DomainName"}), ({"PublicUrl": "https://proxy.example"}, "")])
def test_what_stands_in_front_may_ask_by_any_name(given: dict[str, str], host: Value) -> None:
    assert resolved.resources("Cdn", HOME, **DOMAIN, **given)["Policies"]["Parameters"]["PublicHost"] == host


@needs_node
def test_a_view_is_the_page_and_everything_else_is_a_file() -> None:
    asked = [
        "/",
        *(f"/{view}" for view in VIEWS),
        "/watch/1",
        "/assets/index-1.js",
        "/config.json",
        "/uploads",
    ]
    served = [done["uri"] for done in run_function("", [request(uri) for uri in asked])]

    assert dict(zip(asked[-3:], served[-3:], strict=True)) == {path: path for path in asked[-3:]}
    assert set(served[:-3]) == {"/index.html"}


@needs_node
@pytest.mark.parametrize(
    "path", ["/embed/1", "/embed/", "/embed", "/embed/a/b", "/embed.html", "/embedded", "/embed/../x"]
)
def test_under_embed_there_is_the_embedded_player_and_never_the_page(path: str) -> None:
    (served,) = run_function("", [request(path)])

    assert served["uri"] == "/embed.html"


FILES = [
    "a.m4s",
    "i.mp4",
    "index.m3u8",
    "index.mpd",
    "s.vtt",
    "poster.jpg",
    "plan.json",
    "x.html",
    "x",
    "a.M4S",
    "constructor",
]
STORED = [None, "public, max-age=31536000, immutable", "public, max-age=2", "private, no-store"]


def answered(access: str, name: str, cached: str | None) -> Value:
    """Type and caching of a file that says of itself that it is a page."""
    said = {"content-type": {"value": "text/html"}, **({"cache-control": {"value": cached}} if cached else {})}
    event = {"request": request(f"/videos/v/run/{name}"), "response": {"statusCode": 200, "headers": said}}
    (response,) = run("Files", {"PlaybackAccess": access}, [event])
    return {field: value["value"] for field, value in response["headers"].items()}


@needs_node
@pytest.mark.parametrize("name", FILES)
def test_a_file_s_name_decides_its_type_whatever_an_encoder_wrote_beside_it(name: str) -> None:
    kind = TYPES[name.rsplit(".", 1)[1]][0] if name in FILES[:7] else "application/octet-stream"

    assert answered("private", name, None)["content-type"] == kind
    assert file_headers(f"/videos/v/run/{name}", "", True)["Content-Type"] == kind


@needs_node
@pytest.mark.parametrize("cached", STORED)
def test_a_private_file_is_kept_by_no_cache_between_cloudfront_and_its_viewer(cached: str | None) -> None:
    private, public = (answered(access, "a.m4s", cached).get("cache-control") for access in ("private", "public"))

    assert private == file_headers("/videos/a.m4s", cached or "", True)["Cache-Control"]
    assert private and private.split(", ")[0] == "private" and "public" not in private
    assert private.count("private") == 1
    assert private.split(", ")[1:] == [each for each in (cached or "").split(", ")[1:] if each]
    assert public == cached


def test_every_file_of_a_video_passes_through_that_function_and_is_cached_by_what_s3_said() -> None:
    behaviors = [each for each in distribution(HOME)["CacheBehaviors"] if each["TargetOriginId"] == "output"]

    function = {"EventType": "viewer-response", "FunctionARN": {"Fn::GetAtt": ["Policies", "Outputs.FilesArn"]}}
    assert [each["FunctionAssociations"] for each in behaviors] == [[function]] * 4
    assert parsed.template_of("Cdn")["Resources"]["Policies"]["Properties"]["Parameters"]["PlaybackAccess"] == {
        "Fn::If": ["IsPrivate", "private", "public"]
    }


def preflight(origin: str, method: str = "OPTIONS") -> Value:
    asked = request("/api/shares/t/playback")
    return {**asked, "method": method, "headers": {"origin": {"value": origin}} if origin else {}}


@needs_node
@pytest.mark.parametrize(
    ("sites", "origin", "said"),
    [
        ("*", "https://a.example", "*"),
        ("https://a.example,https://b.example:81", "https://b.example:81", "https://b.example:81"),
        ("https://a.example", "https://b.example", None),
        ("https://a.example", "http://a.example", None),
        ("https://a.example", "", None),
        ("https://*.a.example", "https://x.y.a.example", "https://x.y.a.example"),
        ("https://*.a.example", "https://a.example", None),
        ("https://*.a.example", "https://evila.example", None),
    ],
)
def test_a_preflight_of_the_playback_api_is_answered_at_the_edge(sites: str, origin: str, said: str | None) -> None:
    (answer,) = run("Preflight", {"AllowedOrigins": sites}, [preflight(origin)])

    headers = {name: each["value"] for name, each in answer["headers"].items()}
    assert answer["statusCode"] == 204
    assert headers.get("access-control-allow-origin") == said
    assert headers["vary"] == "Origin"
    assert ("authorization" in headers.get("access-control-allow-headers", "")) is (said is not None)


@needs_node
def test_whatever_is_no_preflight_goes_on_to_the_api() -> None:
    asked = preflight("https://a.example", "GET")

    assert run("Preflight", {"AllowedOrigins": "*"}, [asked]) == [asked]


@pytest.mark.parametrize("name", ["Views", "Preflight", "Files"])
def test_a_function_of_the_edge_is_within_cloudfront_s_limits(name: str) -> None:
    code = POLICIES[name]["Properties"]["FunctionCode"]["Fn::Sub"]

    assert POLICIES[name]["Properties"]["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    assert len(code.encode()) < 10_000 - 4_096  # a parameter may put as much into it
    assert not re.search(r"require|import|fetch|setTimeout|Promise|async|process", code)
