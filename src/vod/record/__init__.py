"""The record of a video as the table holds it, the changes it may undergo, and how the API shows it."""
