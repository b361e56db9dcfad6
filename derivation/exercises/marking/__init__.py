"""Marking: answers of a class held against the key, with follow-through, and mistakes named."""
