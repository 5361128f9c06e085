"""Who am I on my own machine? A development token, good for a day, signed with the secret of the local system.

python -m infra.local.token --user u1 --role admin
"""

from __future__ import annotations

import argparse
import os
import time

import jwt

from infra.local.environment import JWT_SECRET

LIFETIME_SECONDS = 24 * 60 * 60


def token(*, user: str, role: str, now: float, secret: str = JWT_SECRET) -> str:
    """An HS256 JWT with `sub` = user and `role`, valid for a day from `now` (epoch seconds)."""
    claims = {"sub": user, "role": role, "iat": int(now), "exp": int(now) + LIFETIME_SECONDS}
    return jwt.encode(claims, secret, algorithm="HS256")


def main() -> None:
    """Print a token."""
    parser = argparse.ArgumentParser(prog="make token", description="A token for the local system.")
    parser.add_argument("--user", required=True, help="the user id, e.g. u1")
    parser.add_argument("--role", choices=("user", "admin"), default="user")
    arguments = parser.parse_args()
    if not arguments.user:
        parser.error("name a user: make token USER=u1")
    print(
        token(
            user=arguments.user,
            role=arguments.role,
            now=time.time(),
            secret=os.environ.get("JWT_SECRET") or JWT_SECRET,
        )
    )


if __name__ == "__main__":
    main()
