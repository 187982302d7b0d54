"""Metrics in CloudWatch's embedded format: a line in the function's log, for which no call and no right is needed."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "Vod"


class EmfMetrics:
    """Metrics of one deployment: the dimension `service` is its stack's name."""

    def __init__(self, service: str) -> None:
        self._service = service

    def put(self, name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
        with single_metric(name=name, unit=MetricUnit(unit), value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", self._service)
            for dimension, of in dimensions.items():
                metric.add_dimension(dimension, of)
