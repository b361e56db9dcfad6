"""How many seconds tests wait for what takes one or two on a machine that has time. A test that hangs is ended by it;
how fast something is, it does not say."""

PATIENCE = 600
