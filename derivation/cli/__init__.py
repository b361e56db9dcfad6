"""The command line."""

from __future__ import annotations

import os

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
"""pydantic would read the metadata of every package installed, at each call, for plugins that nobody wants here."""
