"""The HTTP Results API over the data module, at ``/api/v1`` of the dashboard's own process.

mount            the API among the routes of an application
middleware       authentication, answers from the cache, HEAD
routes           the resources; each calls a function of `outreach_results.results`
parameters       types, limits and descriptions of the query parameters
problems         the one body of every error
encoded          encoded bodies with ETag and gzip, and their cache
export_response  exports, streamed
access           API keys, and the limit on wrong ones
service          state that all requests of a process share
description      the OpenAPI document, and docs: the page made of it
in_process       the same answers without a server
"""

from outreach_results.api.mount import api_routes

__all__ = ["api_routes"]
