"""The steps put together with their AWS adapters, from a function's environment."""
