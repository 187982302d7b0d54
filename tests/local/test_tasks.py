"""A task definition becomes a command of this machine."""

from pathlib import Path
from typing import Any

from local.emulator.tasks import GIB, Host, disk_bytes, launch

DISK = 30 * GIB
# As CloudFormation leaves it: camelCase containers, PascalCase volumes.
DEFINITION = {
    "family": "encoder",
    "volumes": [{"Name": "scratch", "EFSVolumeConfiguration": {"FilesystemId": "fs-1"}}, {"Name": "disk"}],
    "containerDefinitions": [
        {
            "name": "encoder",
            "stopTimeout": 120,
            "mountPoints": [
                {"sourceVolume": "scratch", "containerPath": "/scratch"},
                {"sourceVolume": "disk", "containerPath": "/disk"},
            ],
        }
    ],
}


def host(state: Path) -> Host:
    return Host(Path("/image"), state, Path("/venv/bin/python"), "/usr/bin", "http://127.0.0.1:4566")


def arguments(**more: Any) -> dict[str, Any]:
    return {"labels": {"com.amazonaws.ecs.container-name": "encoder"}, **more}


def test_paths_of_the_image_lead_into_its_folder(tmp_path: Path) -> None:
    made = launch(host(tmp_path), DEFINITION, arguments(command=["--chunk", "0"]), {}, DISK)

    assert made.command == ("/venv/bin/python", "/image/app/encode.py", "--chunk", "0")
    assert made.stop_timeout == 120


def test_a_file_system_is_a_folder_that_lasts(tmp_path: Path) -> None:
    made = launch(host(tmp_path), DEFINITION, arguments(environment={"SCRATCH_DIR": "/scratch"}), {}, DISK)

    assert made.environment["SCRATCH_DIR"] == str(tmp_path / "volumes" / "fs-1")
    assert (tmp_path / "volumes" / "fs-1").is_dir()


def test_each_task_has_a_disk_of_its_own_as_large_as_it_is_told(tmp_path: Path) -> None:
    given = arguments(environment={"T": "/disk/x"})
    one, other = (launch(host(tmp_path), DEFINITION, given, {}, DISK) for _ in range(2))

    (folder,) = one.folders
    assert folder.is_dir()
    assert one.environment["T"] == str(folder / "x")
    assert one.options == (f"--disk={DISK}:{folder}",)
    assert other.folders != one.folders


def test_a_disk_is_as_large_as_the_definition_says_else_the_least() -> None:
    assert disk_bytes({"ephemeralStorage": {"SizeInGiB": 30}}) == DISK
    assert disk_bytes({}) == 20 * GIB


def test_the_container_has_the_credentials_it_was_given_and_no_others(tmp_path: Path) -> None:
    given = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://host/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"}

    made = launch(host(tmp_path), DEFINITION, arguments(environment=given), {"AWS_ACCESS_KEY_ID": "ASIA"}, DISK)

    assert made.environment["AWS_ACCESS_KEY_ID"] == "ASIA"
    assert not given.keys() & made.environment.keys()


def test_the_definitions_own_entry_point_comes_first(tmp_path: Path) -> None:
    definition = {**DEFINITION, "containerDefinitions": [{"name": "encoder", "entryPoint": ["/bin/sh", "-c"]}]}

    assert launch(host(tmp_path), definition, arguments(command=["true"]), {}, DISK).command == (
        "/bin/sh",
        "-c",
        "true",
    )
