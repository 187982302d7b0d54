"""Start the emulator: `python -m local.emulator --state DIR --port N --lambda-python PATH`."""

import logging
import os
import shutil
import sys
from typing import NoReturn

from local.emulator import lifeline
from local.emulator.settings import Settings, ministack_environment, parse


def prepare(settings: Settings) -> None:
    """Empty the folders of an earlier run's workers and tasks, and set what ministack reads at import."""
    scratch = settings.state / "tmp"
    for folder in (scratch, settings.state / "disks"):
        shutil.rmtree(folder, ignore_errors=True)
    scratch.mkdir(parents=True)
    (settings.image / "app").mkdir(parents=True, exist_ok=True)
    os.environ.update(ministack_environment(settings))


def install(settings: Settings) -> None:
    """Fill every seam. Imported here because ministack reads the environment when it is imported."""
    from local.emulator import (
        apigateway,
        aws_clock,
        bucket_cors,
        cloudformation,
        cloudfront,
        cognito,
        condition_keys,
        connections,
        ecs,
        faults,
        firewall,
        function_code,
        function_files,
        iam,
        lambdas,
        metrics,
        objects,
        persistence,
        policy_variables,
        presigned,
        sessions,
        step_functions,
        used_grants,
    )
    from local.emulator.docker import Engine
    from local.emulator.tasks import Host

    host = Host(
        image=settings.image,
        state=settings.state,
        python=settings.lambda_python,
        path=os.environ["PATH"],
        endpoint=os.environ["AWS_ENDPOINT_URL"],
        engine=Engine(settings.encoder_image, settings.docker_host) if settings.encoder_image else None,
    )
    iam.install()
    condition_keys.install()
    policy_variables.install()
    if settings.used_grants:
        used_grants.install(settings.used_grants)
    faults.install(settings.state)
    ecs.install(host, settings.tasks)
    lambdas.install(settings.lambda_python, settings.state, settings.workers)
    function_code.install()
    function_files.install(settings.state)
    step_functions.install()
    cloudfront.install()
    cloudformation.install()
    apigateway.install()
    firewall.install()
    metrics.install()
    cognito.install()
    objects.install()
    presigned.install()
    sessions.install()
    bucket_cors.install()
    if settings.slower:
        aws_clock.install(settings.slower)
    connections.install()
    persistence.install(settings.autosave_seconds)


def end() -> NoReturn:
    """Save everything and be gone: containers end with their pipes, and nobody waits for open requests."""
    from local.emulator import lambdas, persistence

    persistence.save()
    lambdas.end_workers()
    os._exit(0)


def quieten() -> None:
    """Keep the log to what happens in the platform: not each request, not each save."""
    for name in ("persistence", "hypercorn.access", "lambda"):
        logging.getLogger(name).setLevel(logging.WARNING)


def main() -> None:
    """Run until the launcher lets go of the lifeline, or is gone itself."""
    settings = parse(sys.argv[1:])
    prepare(settings)
    install(settings)
    quieten()
    if settings.lifeline is not None:
        lifeline.watch(settings.lifeline, end)
    sys.argv = sys.argv[:1]
    from ministack import app

    app.main()


if __name__ == "__main__":
    main()
