"""LaTeX's commands for letters, signs and spaces, as the characters that MathML has for them."""

from __future__ import annotations

from collections.abc import Mapping

LETTERS: Mapping[str, str] = dict(
    zip(
        r"""\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda \mu \nu \xi
        \pi \rho \varrho \sigma \varsigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi
        \Pi \Sigma \Upsilon \Phi \Psi \Omega \ell \hbar \imath \jmath \infty \emptyset \partial \aleph \Re \Im
        \ldots \dots \cdots \vdots \ddots \$ \% \& \# \_ \angle \degree""".split(),
        "αβγδϵεζηθϑικλμνξπρϱσςτυϕφχψωΓΔΘΛΞΠΣΥΦΨΩℓℏıȷ∞∅∂ℵℜℑ……⋯⋮⋱$%&#_∠°",
        strict=True,
    )
)
"""Commands that are letters: no space beside them."""
SIGNS: Mapping[str, str] = dict(
    zip(
        r"""\cdot \times \odot \circ \otimes \oplus \oslash \ominus \star \ast \div \pm \mp \in \notin \ni \le \leq \ge
        \geq \ne \neq \ll \gg \approx \equiv \sim \simeq \cong \propto \to \rightarrow \leftarrow \gets \Rightarrow
        \Leftarrow \Leftrightarrow \leftrightarrow \longrightarrow \Longrightarrow \Longleftrightarrow \implies \iff
        \mapsto \uparrow \downarrow \land \lor \wedge \vee \neg \lnot \forall \exists \subset \subseteq \supset
        \supseteq \cup \cap \setminus \mid \parallel \perp \bot \top \prime \dagger \bullet \coloneqq \lt \gt \vert
        \Vert \| \lvert \rvert \lVert \rVert \{ \} \lbrace \rbrace \lbrack \rbrack \langle \rangle \lfloor \rfloor
        \lceil \rceil \backslash \colon - * '""".split(),
        [
            *"·×⊙∘⊗⊕⊘⊖⋆∗÷±∓∈∉∋≤≤≥≥≠≠≪≫≈≡∼≃≅∝→→←←⇒⇐⇔↔⟶⟹⟺⟹⟺↦↑↓∧∨∧∨¬¬∀∃⊂⊆⊃⊇∪∩∖∣∥⟂⊥⊤′†∙≔<>|‖‖||‖‖{}{}[]⟨⟩⌊⌋⌈⌉",
            *("\\", ":", "−", "∗", "′"),
        ],
        strict=True,
    )
)
"""Commands and characters that are signs."""
NAMES = frozenset(
    r"""\arg \cos \cosh \cot \coth \csc \deg \det \dim \exp \gcd \hom \inf \ker \lg \lim \ln \log \max \min \Pr \sec \sin
    \sinh \sup \tan \tanh \arccos \arcsin \arctan""".split()
)
LARGE = {r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\bigcup": "⋃", r"\bigcap": "⋂"}
SPACES = {r"\,": "0.167em", r"\:": "0.222em", r"\>": "0.222em", r"\;": "0.278em", r"\!": "-0.167em", r"\ ": "0.333em",
          "~": "0.333em", r"\quad": "1em", r"\qquad": "2em", r"\thinspace": "0.167em", r"\medspace": "0.222em",
          r"\thickspace": "0.278em", r"\enspace": "0.5em", r"\negthinspace": "-0.167em"}  # fmt: skip
ACCENTS = {r"\hat": "^", r"\widehat": "^", r"\bar": "¯", r"\overline": "¯", r"\tilde": "~", r"\widetilde": "~",
           r"\vec": "→", r"\dot": "˙", r"\ddot": "¨", r"\check": "ˇ", r"\breve": "˘", r"\mathring": "˚"}  # fmt: skip
