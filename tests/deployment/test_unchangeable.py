from deployment.stack import Stack
from deployment.unchangeable import changes


def test_what_users_are_called_stays_and_before_0_2_they_had_names() -> None:
    older, newer = (
        Stack("UPDATE_COMPLETE", {"VpcCidr": "10.20.0.0/16"}),
        Stack("UPDATE_COMPLETE", {"SignInWith": "email"}),
    )

    assert list(changes(older, {"SignInWith": "username"})) == list(changes(newer, {"SignInWith": "email"})) == []
    for there, other in ((older, "email"), (newer, "username")):
        assert "Cognito cannot change" in "".join(changes(there, {"SignInWith": other}))
