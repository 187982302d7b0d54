"""Facts of the field that hold without us: colour, frame rates, languages, levels, MP4 boxes, captions."""
