"""From the tables of a spec to a network: values, equations, terms, and what the other tables ask for."""
