"""Worksheets and worked keys for paper."""
