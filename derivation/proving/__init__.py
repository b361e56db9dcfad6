"""What the proof needs of SymPy."""
