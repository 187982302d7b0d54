"""Parameters of the stack by which every video is encoded in tasks, for tests of what tasks do."""

TASKS_ONLY = {"FunctionLaneMaxInSeconds": "0"}
