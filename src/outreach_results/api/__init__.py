"""The HTTP Results API over the data module, at ``/api/v1`` of the dashboard's own process.

front        the door: keys, answers given before, HEAD
routes       the resources, and the questions they put to `outreach_results.results`
parameters   what can be asked
problems     the one body of every error
answers      encoded bodies with ETag and gzip
downloads    exports, streamed
access       who may ask
service      what all requests of a process share
description  the OpenAPI document, and docs: the page made of it
local        the same answers without a server
"""

from outreach_results.api.mount import api_routes

__all__ = ["api_routes"]
