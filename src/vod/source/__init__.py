"""What was uploaded: what kind of file, what is in it, and where its pictures and bytes lie."""
