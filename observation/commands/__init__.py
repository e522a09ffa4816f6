"""The commands of `observation`: a module each, with the function that adds it to the parser."""
