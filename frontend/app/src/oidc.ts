// How do people sign in at an OpenID Connect issuer? With oidc-client-ts: code flow with PKCE, renewed silently.

import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { OidcConfig } from "./config.js";

let manager: UserManager | null = null;

function managerOf(config: OidcConfig): UserManager {
  const here = `${location.origin}${location.pathname}`;
  manager ??= new UserManager({
    authority: config.authority,
    client_id: config.client_id,
    scope: config.scope ?? "openid profile",
    redirect_uri: here,
    post_logout_redirect_uri: here,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: false, // the API's refusal renews, once for all requests
    ...(config.audience ? { extraQueryParams: { audience: config.audience } } : {}),
  });
  return manager;
}

/** The token when the issuer has just led back here, or when this tab has one; null: the person has to sign in. */
export async function tokenAtStart(config: OidcConfig): Promise<string | null> {
  const found = managerOf(config);
  const asked = new URLSearchParams(location.search);
  if (asked.has("state") && (asked.has("code") || asked.has("error"))) {
    const user = await found.signinCallback().catch(() => undefined);
    const place = typeof user?.state === "string" ? user.state : "#/";
    history.replaceState(null, "", location.pathname + place);
    return user ? tokenOf(user, config) : null;
  }
  const user = await found.getUser();
  return user && !user.expired ? tokenOf(user, config) : null;
}

/** Leave for the issuer; the place in the app is kept. */
export async function signIn(config: OidcConfig): Promise<void> {
  await managerOf(config).signinRedirect({ state: location.hash || "#/" });
}

export async function renewedToken(config: OidcConfig): Promise<string | null> {
  const user = await managerOf(config).signinSilent();
  return user ? tokenOf(user, config) : null;
}

export async function signOut(config: OidcConfig): Promise<void> {
  await managerOf(config).removeUser();
}

function tokenOf(user: User, { token = "access_token" }: OidcConfig): string | null {
  return user[token] ?? null;
}
