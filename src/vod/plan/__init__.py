"""What will be made of a source, as pure data: renditions, segments, chunks and the tasks that encode them."""
