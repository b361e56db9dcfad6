"""Exercises with other numbers: each with its worksheet, worked key and marking data, all from one derivation."""
