"""What the steps ask of the outside world, as protocols; `vod.aws` fulfils them on AWS, tests in memory."""
