"""A task copies sources to its own disk, which its user may write; what must outlive it lies on EFS."""

import re
from typing import Any

from tests.templates import parsed

DOCKERFILE = (parsed.REPOSITORY / "container" / "Dockerfile").read_text()
(TASK,) = (found.properties for found in parsed.resources("AWS::ECS::TaskDefinition") if found.template != parsed.APART)
(CONTAINER,) = TASK["ContainerDefinitions"]
VARIABLES: dict[str, Any] = {each["Name"]: each["Value"] for each in CONTAINER["Environment"]}


def folder(volume: str) -> str:
    return next(str(point["ContainerPath"]) for point in CONTAINER["MountPoints"] if point["SourceVolume"] == volume)


def test_the_disk_is_the_tasks_own_and_scratch_is_not() -> None:
    volumes = {volume["Name"]: volume for volume in TASK["Volumes"]}

    assert volumes["disk"] == {"Name": "disk"}
    assert "EFSVolumeConfiguration" in volumes["scratch"]
    assert CONTAINER["ReadonlyRootFilesystem"] is True


def test_sources_lie_on_the_disk_unless_a_parameter_puts_them_on_scratch() -> None:
    condition, on_disk, otherwise = VARIABLES["SOURCE_DIR"]["Fn::If"]

    assert (condition, on_disk, otherwise) == ("IsSourceOnDisk", folder("disk"), folder("scratch"))
    assert VARIABLES["TMPDIR"] == folder("disk")
    assert VARIABLES["SCRATCH_DIR"] == folder("scratch")


def test_the_image_gives_the_disk_to_its_user_before_it_declares_the_volume() -> None:
    given = re.search(rf"chown {CONTAINER['User']} [^\n]*{folder('disk')}\b", DOCKERFILE)
    declared = DOCKERFILE.index(f'VOLUME ["{folder("disk")}"]')

    assert given and given.start() < declared
