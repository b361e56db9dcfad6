"""All chains as one display, for a notebook."""

from __future__ import annotations

from derivation.networks.walkthrough import Derivation
from derivation.pages.views.view import view
from derivation.pages.words import in_its_language


@in_its_language
def latex_chains(derivation: Derivation) -> str:
    """The chains, aligned at their relations."""
    rows = [
        chain.quantity + " &" + r" \\ &".join(f"{link.relation} {link.latex}" for link in chain.links)
        for phase in view(derivation).phases
        if phase.key != "partials"
        for group in phase.groups
        for chain in group.chains
    ]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"
