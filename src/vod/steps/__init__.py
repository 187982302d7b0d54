"""The pipeline's steps in flow order: upload, dispatch, probe, plan, encode, publish; fail, library and delete beside them."""
