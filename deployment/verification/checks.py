"""What is assumed of AWS, check by check, as data.

docs/assumptions.md explains each and names them all; a test compares both.
"""

from collections.abc import Mapping
from typing import Any

from deployment.verification.judging import Check
from vod.profiles.profile import Codec

REFUSED = frozenset({"EPERM", "EACCES", "ENOSYS"})
TASK_START_SECONDS = 45.0
"""From RunTask to the encoder's process; docs/scaling.md counts on it too."""
DISK_GIB = 30
"""Disk that the check's task asks for, more than Fargate's own 20."""
EXIT_CODE = 28
FARGATE_DISK_GIB = 200
"""Most that a Fargate task may ask for (AWS: "Fargate task ephemeral storage")."""
_SLOWER = 1.5
_TMP_MIB = 512
_IMPORT_SECONDS = 6.0
_FSYNC_MS = 50.0
_OBJECT_MIBS = 50
_EVENT_SECONDS = 60.0
_STREAM_SECONDS = 3.0
_SIGTERM_SECONDS = 10.0
_WCU = 1500
_BEATS_IF_FROZEN = 10
_TASK_EVENTS = 4
_EVENT_FIELDS = frozenset({"cpu", "memory", "overrides", "pullStartedAt", "startedAt", "stoppedAt", "taskArn"})
_CLAIMS = frozenset({"sub", "token_use", "cognito:groups", "aud", "iss", "exp"})


def _refused(answers: Mapping[str, str]) -> bool:
    return set(answers.values()) <= REFUSED


def _pairs(answers: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in answers.items())


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


def _is_tmp(mib: int) -> bool:
    return _TMP_MIB * 0.9 <= mib <= _TMP_MIB * 1.2


_HERE = "the processor is this machine's"
_NO_LIMITS = "users, disks and memory of containers are not applied without Docker"
_FUNCTION = (
    Check(
        "function-prctl",
        "prctl refuses a sandbox: seccomp, no_new_privs, death signal, name, dumpable",
        _refused,
        "more is possible than was thought: the probe's child could also have a filter (src/vod/sandbox/sandbox.py)",
        shown=_pairs,
    ),
    Check(
        "function-calls",
        "seccomp, ptrace, unshare and chroot are refused",
        _refused,
        "a taken-over probe could do more than docs/security.md says: read it again for these calls",
        shown=_pairs,
    ),
    Check(
        "function-landlock",
        "no Landlock (ENOSYS)",
        lambda fact: fact in REFUSED,
        "Landlock could confine the probe's child further (src/vod/sandbox/landlock.py)",
    ),
    Check("function-kernel", "Linux 5.10 or newer", lambda fact: _version(fact) >= (5, 10), "tell us", local=_HERE),
    Check(
        "function-seal",
        "the probe's own wall can be put up, and a child behind it opens nothing and forks nothing",
        lambda fact: fact == "none",
        "NO VIDEO STARTS, or the probe's wall has a hole: docs/security.md, and tell us",
    ),
    Check(
        "function-others",
        "a child may read its parent's memory (so nothing secret is in it)",
        lambda fact: fact in REFUSED | {"allowed"},
        "nothing",
    ),
    Check(
        "function-nofile",
        "RLIMIT_NOFILE=0 closes files, sockets, pipes and memfds, for good; a pipe of before still reads",
        lambda fact: fact == {"opens": "none", "raised": "refused"},
        "THE PROBE'S WALL HAS A HOLE: stop accepting uploads of strangers and tell us",
        shown=_pairs,
    ),
    Check(
        "function-limits",
        "limits of CPU, memory, file size and processes hold",
        lambda fact: (
            fact["cpu"].startswith("signal")
            and (fact["data"], fact["fsize"], fact["nproc"]) == ("ENOMEM", "EFBIG", "EAGAIN")
        ),
        "a bomb is ended by the function's own memory and time instead of a refusal: probes fail, nothing leaks",
        shown=_pairs,
    ),
    Check(
        "function-writable",
        "nothing is writable but /tmp",
        lambda fact: fact == ["/tmp"],  # noqa: S108
        "tell us: code could be changed between two calls of one environment",
        shown=", ".join,
    ),
    Check(
        "function-tmp",
        f"/tmp has {_TMP_MIB} MiB",  # noqa: S108
        _is_tmp,
        "give EphemeralStorage in template.yaml",
        shown="{} MiB".format,
    ),
    Check("function-shm", "no /dev/shm", lambda fact: fact is False, "nothing: we do not use it"),
    Check(
        "function-memory",
        "a call that takes more memory than the template gives is ended",
        lambda fact: fact.startswith("Runtime."),
        "raise MemorySize in template.yaml when functions fail otherwise",
    ),
    Check(
        "function-freeze",
        f"the process stands still between calls (at most {_BEATS_IF_FROZEN} turns of a thread)",
        lambda fact: fact <= _BEATS_IF_FROZEN,
        "nothing: we start no thread that outlives a call",
        shown="{} turns".format,
    ),
    Check(
        "function-payload",
        "a request or an answer above 6 MB is refused",
        lambda fact: fact == {"request": "refused", "answer": "refused"},
        "DirectUploadMaxMiB could be larger",
        shown=_pairs,
    ),
    Check(
        "function-import",
        f"what dispatch imports is loaded in {_IMPORT_SECONDS:g} s at the functions' memory",
        lambda fact: fact["seconds"] <= _IMPORT_SECONDS,
        "raise MemorySize in template.yaml: CPU comes with it, and init may take 10 s",
        _HERE,
        lambda fact: f"{fact['seconds']:g} s, {fact['cpuSeconds']:g} s of CPU",
    ),
)


def _version(release: str) -> tuple[int, ...]:
    major, minor = release.split(".")[:2]
    return int(major), int("".join(filter(str.isdigit, minor)))


def _start(fact: Mapping[str, float]) -> str:
    steps = f"{fact['provision']:.0f} s to the pull, {fact['pull']:.0f} s pull, {fact['begin']:.0f} s to the process"
    return f"{fact['total']:.0f} s: {steps}; {fact['import']:.1f} s Python"


def _speed(codec: Codec) -> Check:
    return Check(
        f"encode-speed-{codec.value}",
        f"{codec.value}: at most {_SLOWER} times the CPU seconds of src/vod/plan/sizing.py",
        lambda fact: fact <= _SLOWER,
        f"multiply the CPU seconds of {codec.value} in vod/plan/sizing.py: tasks are too small and estimates too low",
        _HERE,
        "{:.2f} times".format,
    )


_TASK = (
    Check(
        "task-start",
        f"RunTask to process in {TASK_START_SECONDS:g} s",
        lambda fact: fact["total"] <= TASK_START_SECONDS,
        "a smaller or zstd image; in docs/scaling.md every time to ready is that much later",
        "no image is pulled",
        _start,
    ),
    Check("task-kernel", "Linux 5.10 or newer", lambda fact: _version(fact) >= (5, 10), "tell us", _HERE),
    Check(
        "task-sandbox",
        "FFmpeg starts in the encoder's sandbox",
        lambda fact: fact == "entered",
        "NOTHING CAN BE ENCODED: see container/encode.py; ALLOW_UNCONFINED=true only where every uploader is trusted",
    ),
    Check(
        "task-seccomp",
        "a process may put itself under a seccomp filter",
        lambda fact: fact == "allowed",
        "the sandbox needs it unless there is Landlock with its network rules",
    ),
    Check(
        "task-arriving",
        "FFmpeg's reads can be made to wait for bytes that still arrive",
        lambda fact: fact == "allowed",
        "nothing fails: encoders wait for their whole source first, and videos are playable later",
    ),
    Check(
        "task-landlock",
        "Landlock may be absent",
        lambda fact: isinstance(fact, int),
        "nothing",
        shown=lambda fact: f"version {fact}" if fact else "absent",
    ),
    Check(
        "task-user",
        "the task runs as the definition's user",
        lambda fact: fact["measured"] == fact["definition"],
        "tell us: the image or the definition is another one",
        _NO_LIMITS,
        lambda fact: f"{fact['measured']} (definition: {fact['definition']})",
    ),
    Check(
        "task-root",
        "the root file system is read-only",
        lambda fact: "yes" not in fact.values(),
        "tell us: ReadonlyRootFilesystem is not applied",
        _NO_LIMITS,
        _pairs,
    ),
    Check(
        "task-folders",
        "every folder that the definition names can be written by its user",
        lambda fact: set(fact.values()) == {"yes"},
        "NOTHING CAN BE ENCODED: who owns the volume? (container/Dockerfile, stacks/encoder.yaml)",
        shown=_pairs,
    ),
    Check(
        "task-disk",
        f"a RunTask override of {DISK_GIB} GiB gives that disk",
        lambda fact: fact >= DISK_GIB * 0.9,
        "sources above 20 GiB do not fit: keep them on EFS by the parameter, or lower MaxSourceGiB",
        "its disks are made of this machine's memory, by root alone",
        "{:g} GiB".format,
    ),
    Check(
        "task-memory",
        "the task has the memory of its definition",
        lambda fact: fact["measured"] >= fact["definition"] * 0.9,
        "raise the memory in src/vod/plan/sizing.py",
        _NO_LIMITS,
        lambda fact: f"{fact['measured']} MiB (definition: {fact['definition']})",
    ),
    Check(
        "task-sigterm",
        f"StopTask reaches Python as SIGTERM within {_SIGTERM_SECONDS:g} s",
        lambda fact: fact <= _SIGTERM_SECONDS,
        "an interrupted task saves nothing: its chunk begins at the last finished segment all the same",
        shown=_seconds,
    ),
    Check(
        "efs-journal",
        f"a journal line is on EFS within {_FSYNC_MS:g} ms",
        lambda fact: fact["fsyncMs"] <= _FSYNC_MS,
        "look at EFS's burst credits; ScratchThroughput=elastic",
        "EFS is a folder of this machine",
        lambda fact: f"{fact['fsyncMs']:g} ms, {fact['writeMiBs']} MiB/s",
    ),
    Check(
        "efs-tls",
        "EFS is mounted through TLS, its folder is the access point's user's",
        lambda fact: fact["tunnel"] and fact["owner"] == fact["user"],
        "tell us: the mount is not the one that stacks/encoder.yaml asks for",
        "EFS is a folder of this machine",
        lambda fact: f"TLS {'yes' if fact['tunnel'] else 'no'}, owner {fact['owner']}",
    ),
    Check(
        "s3-throughput",
        f"a task reads {_OBJECT_MIBS} MiB/s of one object by parallel ranges",
        lambda fact: fact["getMiBs"] >= _OBJECT_MIBS,
        "fetching takes that much longer than docs/scaling.md says",
        "S3 is on this machine",
        lambda fact: f"{fact['getMiBs']} MiB/s read, {fact['putMiBs']} MiB/s stored",
    ),
    *map(_speed, Codec),
)
_ENDINGS = (
    Check(
        "ecs-exit-code",
        "runTask.sync: an exit code comes as States.TaskFailed, with it and StopCode as JSON in the cause",
        lambda fact: fact == {"error": "States.TaskFailed", "stop": "EssentialContainerExited", "exit": EXIT_CODE},
        "stacks/transcode.asl.yaml takes a failed task for something else: retries and reasons are wrong",
        shown=_pairs,
    ),
    Check(
        "ecs-no-image",
        "runTask.sync: a missing image comes as States.TaskFailed, TaskFailedToStart, CannotPullContainerError",
        lambda fact: (
            fact["error"] == "States.TaskFailed"
            and fact["stop"] == "TaskFailedToStart"
            and fact["reason"] == "CannotPullContainerError"
        ),
        "docs/operations.md, executions-failed: look for this name instead",
        shown=_pairs,
    ),
    Check(
        "ecs-refused",
        f"runTask.sync: what cannot be (more than {FARGATE_DISK_GIB} GiB of disk) is refused under a name of ECS's",
        lambda fact: fact.startswith(("ECS.", "AmazonECS.")),
        "stacks/transcode.asl.yaml would retry what cannot succeed, or give up what could: add this name",
    ),
    Check(
        "ecs-history",
        f"a task that ran and failed is {_TASK_EVENTS} events of an execution's 25,000",
        lambda fact: fact == _TASK_EVENTS,
        "correct the count in tests/templates/test_state_machine.py: long waits may fill a history",
        "its histories are its own",
        "{} events".format,
    ),
    Check(
        "event-task-ended",
        "EventBridge tells of an ended task with all that it is billed by",
        lambda fact: set(fact) >= _EVENT_FIELDS,
        "costs are not noted: see ended_task in src/vod/money/cost.py",
        shown=lambda fact: f"has {', '.join(sorted(_EVENT_FIELDS & set(fact)))}",
    ),
    Check(
        "event-delay",
        f"that event arrives within {_EVENT_SECONDS:g} s",
        lambda fact: fact <= _EVENT_SECONDS,
        "turns are freed later; the reconciler frees them after 15 minutes in any case",
        shown=_seconds,
    ),
)
_SERVICES = (
    Check(
        "s3-signed-length",
        "a presigned PUT of another length than was signed is refused",
        lambda fact: fact == 403,
        "uploads larger than declared are only found by the probe",
        shown="HTTP {}".format,
    ),
    Check(
        "s3-unsigned-header",
        "a presigned PUT with an x-amz- header that was not signed is refused",
        lambda fact: fact == 403,
        "who has an upload's address could add metadata or tags to the object",
        shown="HTTP {}".format,
    ),
    Check(
        "s3-presigned-end",
        "a presigned address is refused after its time",
        lambda fact: fact == 403,
        "tell us",
        shown="HTTP {}".format,
    ),
    Check(
        "s3-refusal-cors",
        "a refusal carries CORS headers, so that a page can read why",
        lambda fact: fact == "*",
        "the page takes an address that is over for a broken network, and tries the part again",
    ),
    Check(
        "s3-presigned-version",
        "a presigned GET gives ranges of exactly the version that it names",
        lambda fact: fact == {"status": 206, "body": "same"},
        "THE PROBE COULD READ ANOTHER VERSION than was dispatched: tell us",
        shown=_pairs,
    ),
    Check(
        "s3-if-match",
        "a PUT with a stale If-Match is refused, one with the right ETag is taken",
        lambda fact: fact == {"stale": 412, "right": 200},
        "a growing manifest could replace the last one: see docs/decisions.md, Playable before it is ready",
        shown=_pairs,
    ),
    Check(
        "s3-if-none-match",
        "a PUT with If-None-Match: * is refused where there is an object",
        lambda fact: fact == 412,
        "two writers of one object would not notice each other",
        shown="HTTP {}".format,
    ),
    Check(
        "dynamodb-stream",
        f"a change is in the table's stream within {_STREAM_SECONDS:g} s",
        lambda fact: fact <= _STREAM_SECONDS,
        "a video becomes playable that much later",
        shown=_seconds,
    ),
    Check(
        "cognito-tier",
        "a new pool is of a tier without a monthly price (LITE or ESSENTIALS)",
        lambda fact: fact in ("LITE", "ESSENTIALS"),
        "AWS bills each active user: set UserPoolTier in stacks/identity.yaml",
    ),
    Check(
        "cognito-names",
        "a user made by an address is called by its sub",
        lambda fact: fact == "sub",
        "the commands for users in docs/deploy.md: the name that Cognito gives is another one",
    ),
    Check(
        "cognito-claims",
        "an id token says who, which groups, for which client and how long",
        lambda fact: set(fact) >= _CLAIMS,
        "src/vod/steps/authorize.py reads claims that are not there",
        shown=lambda fact: f"has {', '.join(sorted(_CLAIMS & set(fact)))}",
    ),
    Check(
        "waf-capacity",
        f"each firewall takes at most {_WCU} capacity units, which cost nothing more",
        lambda fact: max(fact.values(), default=0) <= _WCU,
        "AWS bills what is above it: leave a rule out (stacks/cdn/cdn.yaml, stacks/cdn/edge.yaml)",
        "its WAF counts no units",
        lambda fact: _pairs(fact) if fact else "no firewall",
    ),
)
CHECKS = (*_FUNCTION, *_TASK, *_ENDINGS, *_SERVICES)
