"""A fuzzer of the probe: files whose headers lie, read as every source is read. `make fuzz RUNS=5000 SEED=7`."""
