"""The sentences that a user reads: they stand in `templates/words/<language>/`, a file for each subject, and nowhere else."""
