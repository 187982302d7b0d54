"""What Lambda allows a function: the function of the scratch stack is asked, call by call."""

import json
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deployment.verification.in_function import TOO_LARGE
from deployment.verification.judging import Unknown
from deployment.verification.scratch import FUNCTION_MIB

_PAUSE_SECONDS = 3.0
_TOO_MUCH_MIB = FUNCTION_MIB + 256


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and the type of the error if it is one."""

    payload: Any
    error: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """The function by its name, through a client of Lambda."""

    client: Any
    name: str

    def ask(self, do: str, **more: Any) -> Answer:
        """One call."""
        event = json.dumps({"do": do, **more})
        answer = self.client.invoke(FunctionName=self.name, Payload=event)
        payload = json.loads(answer["Payload"].read())
        failed = "FunctionError" in answer
        return Answer(payload, str(payload.get("errorType", "unnamed")) if failed else "")

    def answer(self, do: str, **more: Any) -> Any:
        """Its answer; ValueError with what it said when it failed."""
        answer = self.ask(do, **more)
        if answer.error:
            raise ValueError(f"the function failed: {answer.error}: {answer.payload.get('errorMessage')}")
        return answer.payload

    def confinement(self) -> dict[str, Any]:
        """What a sandbox could use."""
        found = self.answer("confinement")
        return {f"function-{name}": found[name] for name in ("prctl", "calls", "landlock", "kernel", "others")}

    def limits(self) -> dict[str, Any]:
        """What the kernel's limits do."""
        found = self.answer("limits")
        opens = {"opens": found.pop("openUnderNofile"), "raised": found.pop("raisedNofile")}
        return {"function-nofile": opens, "function-limits": found}

    def sealed(self) -> dict[str, Any]:
        """What the probe's wall leaves a child."""
        return {"function-seal": self.answer("sealed")["opens"]}

    def folders(self) -> dict[str, Any]:
        """Where it may write."""
        found = self.answer("folders")
        return {
            "function-writable": found["writable"],
            "function-tmp": found["tmpMiB"],
            "function-shm": found["shm"],
        }

    def freeze(self) -> dict[str, Any]:
        """How often a thread came round between two calls."""
        before = self.answer("beat")
        time.sleep(_PAUSE_SECONDS)
        after = self.answer("beat")
        if before["environment"] != after["environment"]:
            return {"function-freeze": Unknown("another environment answered the second call")}
        return {"function-freeze": after["count"] - before["count"]}

    def imports(self) -> dict[str, Any]:
        """How long the platform's own code takes to load."""
        return {"function-import": self.answer("imports")}

    def payload(self) -> dict[str, Any]:
        """What is too large to go in or out."""
        try:
            self.ask("beat", filling="x" * TOO_LARGE)
            request = "taken"
        except ClientError as refused:
            request = "refused" if refused.response["Error"]["Code"] == "RequestTooLargeException" else str(refused)
        answer = self.ask("large")
        return {"function-payload": {"request": request, "answer": "refused" if answer.error else "taken"}}

    def memory(self) -> dict[str, Any]:
        """How a call ends that takes too much; last, since its environment ends too."""
        return {"function-memory": self.ask("fill", mib=_TOO_MUCH_MIB).error or "allowed"}
