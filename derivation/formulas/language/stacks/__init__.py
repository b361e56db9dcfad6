"""Arrays of three and four axes: as many matrices as the axes before the last two have places."""
