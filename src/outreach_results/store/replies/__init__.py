"""All that is kept of replies: the inbox table, people's changes, the search index, deletion."""
