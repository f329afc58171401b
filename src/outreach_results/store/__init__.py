"""Where the results are kept: tables, connections, what is written and what is derived from it."""
