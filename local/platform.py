"""The whole platform as one value: `with Platform(state, port) as platform: ... platform.api`."""

import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources as package_files
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deployment import STACK, playback_key, private_file, stack
from deployment.page import configuration
from local import child, deploy, disk, engine, image, push, sessions, users
from local.cdn import Cdn, Origin, free_port
from local.child import Emulator, StartError
from local.clients import Clients
from local.deploy import DeployError
from local.owner import only_one
from local.package import package
from local.web import Site

REPOSITORY = Path(__file__).resolve().parents[1]
ARTIFACTS = "vod-local-artifacts"
USER = "local"
PASSWORD = "Local-demo-1"  # noqa: S105 - of a user on this machine only
USED_GRANTS = "VOD_USED_GRANTS"
"""Names a file to which every grant is added that a role uses: `make test` collects them for local/audit.py."""
PAGE, PROFILES = "web/dist", "src/vod/profiles"
MOST_PORT, MOST_TASKS = 65535, 1000
FUNCTIONS_AT_ONCE, MOST_SLOWER = 40, 40
"""Of one function with AWS's clock: as many as a Map runs."""
FAILURES = (StartError, DeployError)  # what a start may end with, each with a text for the user


@dataclass(frozen=True, slots=True)
class Options:
    """How to start; tests give a state folder of their own, port 0 for any free one, and parameters of the template.

    Executions wait for `wait_scale` of the time that their definition says. A killed emulator loses what it was told in
    the last `autosave_seconds`, which AWS would not.
    With `slower` everything takes the time that it takes on AWS, so many times over; with 0 what it takes here.
    With an `encoder_image` the tasks are containers of it, by the Docker engine of DOCKER_HOST.
    """

    state: Path = REPOSITORY / ".local"
    port: int = 8080
    template: Path = REPOSITORY / "template.yaml"
    wait_scale: float = 1.0
    tasks: int = field(default_factory=lambda: os.cpu_count() or 2)
    emulator_python: Path = REPOSITORY / ".venv-emulator" / "bin" / "python"
    parameters: Mapping[str, str] = field(default_factory=dict)
    encoder_image: str = ""
    autosave_seconds: float = 10.0
    slower: float = 0.0

    @classmethod
    def from_environment(cls) -> Self:
        """VOD_STATE, VOD_PORT, VOD_LOCAL_TASKS, VOD_EMULATOR_PYTHON, VOD_IMAGE, VOD_CLOCK and VOD_SLOWER, where set."""
        given = os.environ
        default = cls()
        return cls(
            state=Path(given.get("VOD_STATE") or default.state).resolve(),
            port=number("VOD_PORT", default.port, MOST_PORT),
            tasks=number("VOD_LOCAL_TASKS", default.tasks, MOST_TASKS),
            emulator_python=Path(given.get("VOD_EMULATOR_PYTHON") or default.emulator_python),
            encoder_image=given.get("VOD_IMAGE", ""),
            slower=slow_motion(),
        )

    def of_emulator(self) -> list[str]:
        """What the emulator is told."""
        waits = self.wait_scale * (self.slower or 1.0)
        told = ["--lambda-python", sys.executable, "--tasks", str(self.tasks), "--wait-scale", str(waits)]
        if self.slower:
            told += ["--aws-clock", str(self.slower), "--workers", str(FUNCTIONS_AT_ONCE)]
        told += ["--autosave-seconds", str(self.autosave_seconds)]
        if self.encoder_image:
            told += ["--encoder-image", self.encoder_image, "--docker-host", os.environ.get("DOCKER_HOST", "")]
        if (noted := os.environ.get(USED_GRANTS)) and self.template == REPOSITORY / "template.yaml":
            told += ["--used-grants", str(Path(noted).absolute())]
        return told


def number(name: str, default: int, most: int) -> int:
    """A number that a variable of the environment gives; StartError for anything else."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise StartError(f"{name}={text} is not a whole number from 0 to {most}")
    return int(text)


def slow_motion() -> float:
    """How many times slower than AWS its clock goes, by VOD_CLOCK and VOD_SLOWER; 0 without them."""
    clock = os.environ.get("VOD_CLOCK", "")
    if clock not in ("", "aws"):
        raise StartError(f"CLOCK={clock} is not known: leave it out, or give CLOCK=aws")
    return max(1, number("VOD_SLOWER", 1, MOST_SLOWER)) if clock else 0.0


class Platform:
    """Our template deployed in an emulator, behind one port. Start it with `with`; it leaves nothing running."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options.from_environment()
        self.state = self.options.state
        self._lock: IO[str] | None = None
        self._emulator: Emulator | None = None
        self._cdn: Cdn | None = None
        self._pool: users.UserPool | None = None
        self.token = ""
        self.deployed = False

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def url(self) -> str:
        """The address of the one port."""
        assert self._cdn, "the platform is not started"
        return f"http://localhost:{self._cdn.port}"

    @property
    def api(self) -> str:
        """The address of the API."""
        return f"{self.url}/api"

    @property
    def endpoint(self) -> str:
        """The address of the emulator, for AWS clients."""
        assert self._emulator, "the platform is not started"
        return f"http://127.0.0.1:{self._emulator.port}"

    @property
    def clients(self) -> Clients:
        """AWS clients with all rights."""
        return Clients(self.endpoint)

    @property
    def env_file(self) -> Path:
        """VOD_URL, VOD_API and VOD_TOKEN as shell lines."""
        return self.state / "env"

    @property
    def has_page(self) -> bool:
        """Whether the page of `web/` is served, not only the plain one."""
        return bool(self._cdn and self._cdn.site)

    @property
    def emulator_running(self) -> bool:
        """Whether the emulator still lives."""
        return bool(self._emulator and self._emulator.child.poll() is None)

    def user_token(self, name: str, admin: bool = False) -> str:
        """An id token of another user, who is made when missing."""
        assert self._pool, "the platform is not started"
        return self._pool.token(name, admin)

    def refresh_token(self) -> None:
        """A new token for the user `local`, also in the env file."""
        assert self._pool, "the platform is not started"
        self.token = self._pool.token(USER, admin=True, password=PASSWORD)
        write_env(self.env_file, {"VOD_URL": self.url, "VOD_API": self.api, "VOD_TOKEN": self.token})

    def start(self) -> Self:
        """Start everything, once; after a failure nothing is left running."""
        if not self._lock:
            try:
                self._start()
            except BaseException:
                self.stop()
                raise
        return self

    def _start(self) -> None:
        private_file.folder(self.state)  # secrets, passwords and videos of the emulated account lie in it
        self._lock = only_one(self.state)
        self._cdn = bind(self.options.port)
        if self.options.encoder_image:
            engine.require(self.options.encoder_image)
        disk.require_room(self.state)
        image.build(self.options.template.parent, self.state / "image")
        self._emulator = self._start_emulator()
        clients = self.clients
        key = playback_key.kept(self.state)
        playback_key.store(clients.secretsmanager, STACK, key)
        packed = package(self.options.template, ARTIFACTS)
        self.deployed = deploy.deploy(clients, packed, ARTIFACTS, self._parameters(key), self.state / "deployed")
        push.push(clients)
        made = {resource.kind: resource.physical_id for resource in deploy.resources(clients)}
        self._pool = users.open_pool(clients, made["AWS::Cognito::UserPool"])
        self.refresh_token()
        self._cdn.serve(self._origin(clients, made), page(self.url), self._site())

    def _start_emulator(self) -> Emulator:
        remembered = self.state / "emulator-port"
        port = free_port(int(remembered.read_text()) if remembered.exists() else 0)
        told = self.options.of_emulator()
        emulator = child.start(self.options.emulator_python, REPOSITORY, self.state, port, told)
        remembered.write_text(str(port))
        return emulator

    def _parameters(self, key: str) -> dict[str, str]:
        # Names, not addresses: the user of this machine is `local`, and states of before have such a pool.
        given = {
            "PublicUrl": self.url,
            "PlaybackPublicKey": playback_key.public_half(key),
            "SignInWith": "username",
        }
        return {**given, **self.options.parameters}

    def _origin(self, clients: Clients, made: dict[str, str]) -> Origin:
        assert self._emulator
        distribution = clients.cloudfront.get_distribution(Id=made["AWS::CloudFront::Distribution"])
        domain = distribution["Distribution"]["DomainName"]
        access = stack.read(clients.cloudformation, STACK).parameters["PlaybackAccess"]
        return Origin(self._emulator.port, domain, access == "private")

    def _site(self) -> Site | None:
        """The page, where it was built (local/setup.sh)."""
        assert self._pool and self._emulator
        if not (REPOSITORY / PAGE / "index.html").exists():
            return None
        login = sessions.connected(self.clients, self._pool, self.url)
        parameters = stack.read(self.clients.cloudformation, STACK).parameters
        config = configuration(login.prefix.rstrip("/"), login.client_id, parameters, REPOSITORY / PROFILES)
        uploads = tuple(f"http://{host}:{self._emulator.port}" for host in ("127.0.0.1", "localhost"))
        return Site(REPOSITORY / PAGE, config, uploads, login, parameters.get("EmbedOrigins", "*"))

    def stop(self) -> None:
        """End everything; state stays for the next start. Harmless when nothing runs."""
        if self._cdn:
            self._cdn.stop()
        if self._emulator:
            self._emulator.stop()
        if self._lock:
            self._lock.close()
        self._cdn = self._emulator = self._lock = None


def bind(port: int) -> Cdn:
    """The one port; StartError when somebody else has it."""
    try:
        return Cdn(port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise StartError(
            f"port {port} is not free ({error.strerror}): choose another port, e.g. VOD_PORT=8090"
        ) from None


def write_env(path: Path, values: dict[str, str]) -> None:
    """KEY=value lines that a shell can read, readable by the user alone, replaced in one step."""
    private_file.write(path, "".join(f"{name}={value}\n" for name, value in values.items()))


def page(url: str) -> str:
    """The plain page at `/`."""
    return package_files.files("local").joinpath("page.html").read_text().replace("{url}", url)
