"""The HTTP API: routes, request shapes and errors; a thin skin over the steps."""
