"""HLS and DASH manifests over the same CMAF segments, written by pure functions from the encoder's reports."""
