"""The base of values that travel as JSON between steps."""

from typing import Any

from pydantic import BaseModel, ConfigDict

Document = dict[str, Any]
"""A JSON object."""


class Frozen(BaseModel):
    """A value that travels as JSON between steps."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
