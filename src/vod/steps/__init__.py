"""The pipeline's steps in flow order: upload, dispatch, probe, plan, encode, publish; beside them fail, library, delete."""
