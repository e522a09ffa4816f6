"""Files in, events out."""
