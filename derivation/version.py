"""Which version of `derivation` this is; what packages it reads it here."""

VERSION = "0.1.0"
