"""Videos on sites of other people: framed, and in players of their own."""
