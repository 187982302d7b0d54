"""The page as it is served: views, files, nothing else, and a policy that keeps everybody else's code out."""

from pathlib import Path

import pytest

from local.login import Login
from local.users import UserPool
from local.web import Asked, Site

UPLOADS = "http://127.0.0.1:4566"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<page>")
    (folder / "embed.html").write_text("<player>")
    (folder / "assets" / "index-1.js").write_text("code")
    (tmp_path / "secret").write_text("secret")
    return Site(folder, {"limits": {}}, (UPLOADS,), Login(UserPool(None, "pool", "local"), "app", "s"))  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/upload", "/keys", "/webhooks", "/watch/1", "/share/tok", "/signed-in"])
def test_every_view_is_the_same_page_and_always_asked_for_anew(site: Site, path: str) -> None:
    answer = site.answer(Asked("GET", path))

    assert answer and (answer.status, answer.body) == (200, b"<page>")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_files_with_a_hash_in_their_name_are_kept_for_ever(site: Site) -> None:
    answer = site.answer(Asked("GET", "/assets/index-1.js"))

    assert answer and answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/nothing", "/../secret", "/assets/../../secret", "/assets"])
def test_nothing_else_is_served(site: Site, path: str) -> None:
    assert site.answer(Asked("GET", path)) is None


def test_no_code_but_the_page_s_own_may_run_and_parts_may_go_to_the_bucket(site: Site) -> None:
    answer = site.answer(Asked("GET", "/"))

    assert answer
    policy = dict(one.split(" ", 1) for one in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == f"'self' {UPLOADS}"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_only_the_player_may_stand_in_frames_of_others(site: Site) -> None:
    policies = [site.answer(Asked("GET", path)) for path in ("/embed/1", "/watch/1")]

    ancestors = [one.headers["Content-Security-Policy"].rsplit(" ", 1)[1] for one in policies if one]
    assert ancestors == ["*", "'self'"]


@pytest.mark.parametrize("path", ["/embed/1", "/embed/", "/embed", "/embed/a/b", "/embed.html", "/embedded"])
def test_under_embed_there_is_the_player_for_other_sites_and_never_the_page(site: Site, path: str) -> None:
    answer = site.answer(Asked("GET", path))

    assert answer and (answer.status, answer.body) == (200, b"<player>")
