"""Authentication: the caller of a request, from its verified bearer token, and what follows for what they may see."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeGuard

import msgspec

from chalicelib.errors import Unauthorized
from chalicelib.jwks import KeySet, VerificationKey
from chalicelib.settings import Settings

LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255
ADMIN_ROLE = "admin"

_BEARER = re.compile(r"bearer +(?P<token>[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+) *", re.IGNORECASE)
NOT_SIGNED_IN = "A bearer token is required: the header Authorization: Bearer <token>."
_INVALID = "The bearer token is not valid."


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The caller: `user_id` is the token's `sub` (1..255 characters)."""

    user_id: str
    is_admin: bool = False

    def sees(self, owner: str) -> bool:
        """True for an admin, and for the owner of a thing."""
        return self.is_admin or self.user_id == owner


class TokenVerifier:
    """Verifies tokens: HS256 with the shared secret (stage dev only), RS256 and ES256 with the issuer's keys."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        secret: str | None,
        keys: KeySet | None,
        issuer: str | None = None,
        audience: str | None = None,
        role_claim: str = "role",
    ) -> None:
        self._clock = clock
        self._secret = secret
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._role_claim = role_claim

    def principal(self, authorization: str | None) -> Principal:
        """The caller named by an Authorization header.

        Raises: Unauthorized without a valid token; Unavailable while the issuer's keys cannot be had.
        """
        if authorization is None:
            raise Unauthorized(NOT_SIGNED_IN, failed_check="no_token")
        bearer = _BEARER.fullmatch(authorization.strip())
        if bearer is None:
            raise Unauthorized(_INVALID, failed_check="no_bearer_token")
        claims = self._verified(bearer["token"])
        self._check(claims)
        return Principal(
            user_id=_subject(claims),
            is_admin=ADMIN_ROLE in roles(claims, claim=self._role_claim),
        )

    def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims, once the signature was checked with the key's own algorithm."""
        import jwt  # 50 ms with cryptography: loaded by the first token, not by every function

        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header)
            if key is None or "crit" in header:
                raise Unauthorized(_INVALID, failed_check="key" if key is None else "crit")
            payload = jwt.PyJWS().decode(token, key.key, algorithms=[key.algorithm])
            return msgspec.json.decode(payload, type=dict[str, Any])
        except jwt.InvalidSignatureError as exc:
            raise Unauthorized(_INVALID, failed_check="signature") from exc
        except (jwt.PyJWTError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise Unauthorized(_INVALID, failed_check="format") from exc

    def _key(self, header: Mapping[str, Any]) -> VerificationKey | None:
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm == "HS256" and self._secret is not None:
            return VerificationKey(algorithm="HS256", key=self._secret.encode())
        if algorithm in ("RS256", "ES256") and self._keys is not None:
            return self._keys.find(kid if isinstance(kid, str) else None)
        return None

    def _check(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        expires, begins = claims.get("exp"), claims.get("nbf", now)
        if not _is_time(expires):
            raise Unauthorized(_INVALID, failed_check="exp")
        if not _is_time(begins) or begins > now + LEEWAY_SECONDS:
            raise Unauthorized(_INVALID, failed_check="nbf")
        if expires <= now - LEEWAY_SECONDS:
            raise Unauthorized("The bearer token has expired. Get a new one from its issuer.", failed_check="exp")
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise Unauthorized(_INVALID, failed_check="iss")
        if self._audience is not None and self._audience not in _audiences(claims):
            raise Unauthorized(_INVALID, failed_check="aud")


def token_verifier(settings: Settings, *, clock: Callable[[], datetime]) -> TokenVerifier:
    """The verifier these settings ask for; the shared secret counts in stage dev only."""
    return TokenVerifier(
        clock=clock,
        secret=settings.jwt_secret if settings.stage == "dev" else None,
        keys=None if settings.jwks_url is None else KeySet(settings.jwks_url, clock=clock),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        role_claim=settings.jwt_role_claim,
    )


def roles(claims: Mapping[str, Any], *, claim: str) -> frozenset[str]:
    """The roles in a claim, a text or a list. `claim` is a claim's own name, or else a path with dots into it."""
    if claim in claims:
        return _texts(claims[claim])
    value: Any = claims
    for name in claim.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return _texts(value)


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if isinstance(subject, str) and 1 <= len(subject) <= LONGEST_SUBJECT:
        return subject
    raise Unauthorized(_INVALID, failed_check="sub")


def _audiences(claims: Mapping[str, Any]) -> frozenset[str]:
    """For whom the token was issued. Cognito's access tokens have no `aud`, but the `client_id` of the application."""
    return _texts(claims["aud"] if "aud" in claims else claims.get("client_id"))


def _texts(value: Any) -> frozenset[str]:
    listed = value if isinstance(value, list) else [value]
    return frozenset(item for item in listed if isinstance(item, str))


def _is_time(value: Any) -> TypeGuard[float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
