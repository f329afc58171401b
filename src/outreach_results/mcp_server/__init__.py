"""The questions of `results` for assistants, by the Model Context Protocol: on standard input, and at ``/mcp``.

arguments   what each tool takes; the parameters are those of the HTTP API
answers     what each tool answers
explained   definitions, and why a number is not known
questions   each tool's function: it asks `results`, and refuses what the data does not support
tools       the table of tools
server      the server of the official SDK
stdio       the server on standard input and output
http        the server at ``/mcp``, behind the API's keys

The SDK takes long to import: only `server`, `stdio` and what serves the first request at ``/mcp`` import it.
"""
