"""A language server: what the checker says of an article, while it is written."""
