"""Words beside arithmetic in a text, in the languages that are met: what they say of the numbers behind and before them."""

from __future__ import annotations

STOP_WORDS = frozenset(
    """and or so is are was were be been the a an this that these those which who where when while if then thus hence
    therefore because since as we he she it they you i my his her its their our to from with without on at by
    have has had get gets got gives give makes make made means mean total totals leaves leave there will would can could
    should must equal both costs cost paid pays spends spent earns earned sold but minus plus and/or for in into
    und oder also ist sind war hat haben der die das ein eine wir er sie es dann denn weil da mit ohne auf zu bei
    et ou donc est sont le la les un une nous il elle car avec sans sur
    y o es son el los las una nosotros porque con sin
    remainder rest reste resto approximately rounded""".split()
)
"""Words that are no units: behind them something else is said."""
WEAK_WORDS = frozenset(
    """on from for to in with at by the a an his her its their our my auf von mit für zu bei den dem de sur pour avec la le
    les con para los las el""".split()
)
"""Those that may as well stand within the words for a unit: `40 euros for shoes`."""
CLAIMING = frozenset(
    """because since so that as thus hence therefore then is get gets have and or where also weil da denn also dass
    car donc que porque""".split()
)
"""Words behind which a numeral may begin an equality, `because 36 = 12 * 3`; behind others (`half of 36`) it is part of
what is said."""
ALTERING = frozenset(
    """average mean median root square cube remainder log ln sin cos tan exp twice double triple thrice negative
    percentage ratio difference factorial gcd lcm gcf hcf modulo mod choose choosing
    nine eight seven six five four three two one zero hundred thousand
    mittelwert durchschnitt wurzel doppelte moyenne racine double media raíz""".split()
)
"""Words that change the number behind them."""
JOINING = frozenset(["and", "und", "et", "y"])
"""Words that join a number and its fraction, or two units."""
OF = ("of", "von", "de", "del", "des", "der")
"""What a share is taken with, or with an article behind it."""
SHARES = frozenset(
    """half third quarter fourth fifth thirds quarters fourths fifths tenth all hälfte drittel viertel moitié mitad
    tercio""".split()
)
"""What may be taken `of` a number."""
REMAINDERS = frozenset(["remainder", "r", "rest", "reste", "resto", "rem"])
"""What is told behind the whole part of a quotient."""
APART = frozenset(
    """or if when case either otherwise while whereas let suppose assume another second other but now new not no never
    cannot impossible t oder wenn falls sei nun nicht kein keine ou si non pas sino""".split()
)
"""Words between two equations of which the second is no step from the first, or behind one that they deny."""
