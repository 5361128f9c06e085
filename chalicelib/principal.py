"""The caller of a request, and what follows for what they may see."""

from __future__ import annotations

import msgspec


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The caller: `user_id` is the token's `sub` (1..255 characters)."""

    user_id: str
    is_admin: bool = False

    def sees(self, owner: str) -> bool:
        """True for an admin, and for the owner of a thing."""
        return self.is_admin or self.user_id == owner
