"""A seed that is new in each run of the tests, and the same in all processes of the run."""

import os
import random

VARIABLE = "DERIVATION_FRESH_SEED"


def fresh_seed() -> int:
    """The seed that the environment names, else one that is drawn and named there for the processes to come."""
    return int(os.environ.setdefault(VARIABLE, str(random.SystemRandom().randrange(10**6, 10**9))))
