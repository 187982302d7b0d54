"""`make verify`: what is assumed of AWS (checks), how it is tried there, and the report."""
