"""The images of these tests: the encoder's own, and a stand-in for Lambda's that needs no registry.

Where the base image of container/Dockerfile cannot be pulled, Debian's packages make one like it: the same release of
Debian, the same minor version of Python. It trusts the certificates that this machine trusts, so that pip works behind
a proxy, and container/Dockerfile stays as it is for everybody else.
"""

import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import samcli

from tests.docker.engine import Engine, NoEngineError, installed

REPOSITORY = Path(__file__).parents[2]
DOCKERFILE = REPOSITORY / "container" / "Dockerfile"
FUNCTION = Path(__file__).with_name("function")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LEFT_OUT = ("doc", "man", "locale")
ENCODER = "vod-encoder:test"
LAMBDA = "vod-lambda:test"
BOUND = "vod-lambda:bound"
PULL_TIMEOUT_SECONDS = 120


def base() -> str:
    """What container/Dockerfile starts from."""
    text = DOCKERFILE.read_text()
    registry = re.search(r"^ARG REGISTRY_MIRROR=(\S+)", text, re.M)
    image = re.search(r"^FROM \$\{REGISTRY_MIRROR\}/([^\s$]+)", text, re.M)
    assert registry and image
    return f"{registry[1]}/{image[1]}"


def ensure_base(engine: Engine) -> str:
    """Have the base image: there already, pulled, or made; how it was had."""
    if engine.size(base()):
        return "was there"
    try:
        if engine.docker("pull", base(), check=False, timeout=PULL_TIMEOUT_SECONDS).returncode == 0:
            return "pulled"
    except subprocess.TimeoutExpired:
        pass
    make_base(engine)
    return "made from Debian's packages, since it cannot be pulled"


def make_base(engine: Engine) -> None:
    """Import a minimal Debian with Python under the base image's name."""
    installed("mmdebstrap", "mmdebstrap")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "base.tar"
        made = subprocess.run(debootstrap(base(), mirror(), tree), capture_output=True, text=True, check=False)
        if made.returncode:
            raise NoEngineError(f"{base()} can be neither pulled nor made: {made.stderr[-1000:]}")
        engine.docker("import", "--change", 'CMD ["python3"]', str(tree), base())


def debootstrap(image: str, source: str, tree: Path) -> list[str]:
    """The command that makes the root file system of an image named like python:3.13-slim-trixie."""
    version, suite = re.findall(r":([\d.]+)-.*?([a-z]+)$", image)[0]
    excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT]
    hooks = [
        f'--customize-hook=ln -s /usr/bin/python{version} "$1/usr/local/bin/python"',
        f"--customize-hook=upload {CERTIFICATES} {CERTIFICATES}",
    ]
    packages = f"--include=python{version},python3-pip,ca-certificates"
    return ["mmdebstrap", "--quiet", "--variant=minbase", packages, *excluded, *hooks, suite, str(tree), source]


def mirror() -> str:
    """Where this machine gets Debian's packages from."""
    for file in (*sorted(Path("/etc/apt").glob("sources.list.d/*.sources")), Path("/etc/apt/sources.list")):
        if file.exists() and (
            found := re.search(r"^(?:URIs:|deb\b.*?) *(https?://\S+/debian/?)\s", file.read_text(), re.M)
        ):
            return found[1]
    raise NoEngineError("no apt source says where Debian's packages are")


def require_packages(engine: Engine) -> None:
    """NoEngineError where containers do not run, or reach no packages of Python: then nothing can be built here."""
    words = (
        "run",
        "--rm",
        "--entrypoint",
        "python3",
        base(),
        *["-m", "pip", "download", "--quiet", "--no-deps", "--dest", "/tmp", "pip"],
    )
    done = engine.docker(*words, check=False, timeout=PULL_TIMEOUT_SECONDS)
    if done.returncode:
        raise NoEngineError(f"containers cannot install Python packages here: {(done.stderr or done.stdout)[-1000:]}")


def build_encoder(engine: Engine) -> None:
    """The documented build of the encoder's image."""
    engine.docker("build", "-f", str(DOCKERFILE), "-t", ENCODER, str(REPOSITORY))


def build_lambda(engine: Engine) -> None:
    """What SAM runs functions in: Lambda's runtime interface client on the same base, and SAM's own emulator of it."""
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}[platform.machine()]
    emulator = Path(samcli.__file__).parent / "local" / "rapid" / f"aws-lambda-rie-{machine}"
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        shutil.copytree(FUNCTION, context)
        shutil.copy(emulator, context / "aws-lambda-rie")
        engine.docker("build", "-t", LAMBDA, str(context))


def bind_lambda(engine: Engine, endpoint: str) -> str:
    """The image for functions that take `endpoint` for AWS: SAM hands on no variable that a template does not name."""
    context = str(FUNCTION / "bound")
    engine.docker("build", "-t", BOUND, "--build-arg", f"AWS_ENDPOINT_URL={endpoint}", context)
    return BOUND
