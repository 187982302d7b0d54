"""The pipeline's steps, in flow order: upload, dispatch, probe, plan, encode, publish; then fail, library, delete."""
