"""What a process may do that reads hostile bytes, and how it is kept from the rest."""
