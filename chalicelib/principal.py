"""Who calls? The user that a token names, and what follows for what they may see."""

from __future__ import annotations

import msgspec


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The caller: `user_id` is the token's `sub` (1..255 characters)."""

    user_id: str
    is_admin: bool = False

    def sees(self, *users: str) -> bool:
        """True for an admin, and for a caller who is one of the `users` a thing belongs to."""
        return self.is_admin or self.user_id in users
