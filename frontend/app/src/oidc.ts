// How do people sign in at an OpenID Connect issuer? With oidc-client-ts: code flow with PKCE, renewed by a refresh token.
//
// All that the issuer gave is in the tab's sessionStorage. Without a refresh token there is no silent renewal: a hidden
// frame would need the issuer's cookies, which browsers keep from frames of other sites.

import { ErrorResponse, InMemoryWebStorage, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { OidcConfig } from "./config.js";
import { nativeStorage } from "./data/storage.js";

/** Why a person is not signed in who came back from the issuer, or wanted to go there. */
export type SignInProblem = "denied" | "mismatch" | "unreachable" | "insecure" | "issuer" | "noToken";

/** What the issuer gave: the token for the API, and who it is of as the issuer calls them. */
export interface SignedIn {
  token: string;
  name: string | null;
}

let manager: UserManager | null = null;

function managerOf(config: OidcConfig): UserManager {
  const here = `${location.origin}${location.pathname}`;
  const store = new WebStorageStateStore({ store: nativeStorage("sessionStorage") ?? new InMemoryWebStorage() });
  manager ??= new UserManager({
    authority: config.authority,
    client_id: config.client_id,
    scope: config.scope ?? "openid profile",
    redirect_uri: here,
    post_logout_redirect_uri: here,
    userStore: store,
    stateStore: store,
    automaticSilentRenew: false, // the session renews, once for all requests
    requestTimeoutInSeconds: 15,
    ...(config.audience ? { extraQueryParams: { audience: config.audience } } : {}),
  });
  return manager;
}

/** Whether the issuer has just led back here. */
export function isBack(): boolean {
  const asked = new URLSearchParams(location.search);
  return asked.has("state") && (asked.has("code") || asked.has("error"));
}

/** Take what the issuer led back with, and go to the place that the person left for it. */
export async function signedInAtIssuer(config: OidcConfig): Promise<SignedIn | SignInProblem> {
  const url = location.href;
  history.replaceState(null, "", location.pathname + location.hash); // the code is never kept in an address
  try {
    const user = await managerOf(config).signinCallback(url);
    goTo(user?.state);
    return (user && signedIn(user, config)) ?? "noToken";
  } catch (error) {
    if (error instanceof ErrorResponse) goTo(error.state);
    return problemOf(error);
  }
}

/** What this tab has from the issuer, renewed when it is over; null: the person has to sign in. */
export async function keptSignIn(config: OidcConfig): Promise<SignedIn | null> {
  const user = await managerOf(config).getUser();
  if (!user) return null;
  return user.expired ? renewed(config) : signedIn(user, config);
}

/** A new token by the refresh token; null when there is none, or the issuer no longer takes it. */
export async function renewed(config: OidcConfig): Promise<SignedIn | null> {
  const found = managerOf(config);
  try {
    if (!(await found.getUser())?.refresh_token) return null;
    const user = await found.signinSilent();
    return user && signedIn(user, config);
  } catch (error) {
    if (problemOf(error) === "unreachable") throw error; // it may well work later
    return null;
  }
}

/** Leave for the issuer; the place in the app is kept. */
export async function goToIssuer(config: OidcConfig): Promise<SignInProblem | null> {
  if (!isSecureContext) return "insecure"; // PKCE needs crypto.subtle
  try {
    await managerOf(config).signinRedirect({ state: location.hash || "#/" });
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

/** Forget what this tab has from the issuer. */
export async function forget(config: OidcConfig): Promise<void> {
  await managerOf(config).removeUser();
}

/** End the session at the issuer as well, when it says how; false: this page stays. */
export async function leaveIssuer(config: OidcConfig): Promise<boolean> {
  const found = managerOf(config);
  const user = await found.getUser();
  if (!user) return false;
  if (config.logout_url) {
    await found.removeUser();
    location.assign(config.logout_url);
    return true;
  }
  try {
    if (!(await found.metadataService.getEndSessionEndpoint())) return false;
    await found.signoutRedirect();
    return true;
  } catch {
    return false; // the issuer does not answer: this tab forgets all the same
  } finally {
    await found.removeUser();
  }
}

function signedIn(user: User, { token: kind = "access_token" }: OidcConfig): SignedIn | null {
  const { name, email, preferred_username } = user.profile;
  const token = user[kind];
  return token ? { token, name: name ?? email ?? preferred_username ?? null } : null;
}

function problemOf(error: unknown): SignInProblem {
  if (error instanceof ErrorResponse) return error.error === "access_denied" ? "denied" : "issuer";
  const { message = "", name = "" } = error as Error;
  if (/state|nonce/i.test(message)) return "mismatch";
  return error instanceof TypeError || name === "ErrorTimeout" || /timed out|fetch/i.test(message)
    ? "unreachable"
    : "issuer";
}

/** The place in the app that a person left for the issuer. */
function goTo(place: unknown): void {
  if (typeof place === "string" && place.startsWith("#")) history.replaceState(null, "", location.pathname + place);
}
