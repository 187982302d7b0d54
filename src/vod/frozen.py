"""The base of values that travel as JSON between steps."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that travels as JSON between steps."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
