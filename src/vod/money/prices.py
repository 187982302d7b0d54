"""AWS's list prices in USD, as data: one region's, with where and when they were read. Edit the file for your own."""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from vod.frozen import Frozen

Usd = Annotated[float, Field(gt=0)]


class Fargate(Frozen):
    """USD for an hour of a vCPU and of a GB on demand, and of a GB of disk beyond what is free; Spot's discount as a
    part of 1, which disks have not; and for a second of a GB of Lambda on the same architecture."""

    vcpu_hour: Usd
    gb_hour: Usd
    spot_discount: Annotated[float, Field(ge=0, lt=1)]
    disk_gb_hour: Usd = 0.000111
    function_gb_second: Usd = 0.0000133334

    def hour(self, vcpus: float, gb: float, is_spot: bool, more_disk_gb: float = 0) -> float:
        """USD for an hour of a task of this size."""
        on_demand = vcpus * self.vcpu_hour + gb * self.gb_hour
        return (on_demand * (1 - self.spot_discount) if is_spot else on_demand) + more_disk_gb * self.disk_gb_hour


class S3(Frozen):
    """USD for a thousand objects stored, for a thousand reads, and for a GB kept for a month."""

    put_thousand: Usd
    get_thousand: Usd
    gb_month: Usd


class Prices(Frozen):
    """Fargate's prices by architecture, S3's, a thousand Step Functions transitions, and all functions of one run."""

    region: str
    date: str
    source: str
    fargate: dict[str, Fargate]
    s3: S3
    transition_thousand: Usd
    functions_run: Usd


@cache
def read() -> Prices:
    """The prices of this installation."""
    return Prices.model_validate(json.loads(files("vod.money").joinpath("prices.json").read_text()))
