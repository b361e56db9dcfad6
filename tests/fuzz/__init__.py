"""Fuzzers that keep running: inputs of every kind, mutilated, through every command and format they lead to.

`make fuzz SECONDS=600` hunts on all cores with a fresh seed; what it finds is printed with the command that replays it
and stands in `finds/`. An input that was a find once is kept in `corpus/`, where `tests/whole/test_fuzz.py` runs it
for ever and where the next hunt begins.
"""
