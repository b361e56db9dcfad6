"""Spreadsheets: the network that cells' formulas make, held against the true gradients."""
