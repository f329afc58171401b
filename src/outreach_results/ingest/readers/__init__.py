"""One module for each file format; each yields the records of a file."""
