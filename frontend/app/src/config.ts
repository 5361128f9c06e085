// Where are the API and the sign-in? `config.json` beside index.html says it, so that one build serves every stage.

/** What `config.json` may hold. */
export interface Config {
  /** The API with its stage: `https://….amazonaws.com/api`. */
  api: string;
  /** Shown beside the product's name, e.g. "staging". */
  stage?: string;
  /** An OpenID Connect issuer; without it people paste a token. */
  oidc?: OidcConfig;
  /** The claim that names the role, as the API's JWT_ROLE_CLAIM: a name, or a path with dots. */
  role_claim?: string;
  /** Tokens to sign in with by one click: the local system's. Never for a deployed stage: the file is public. */
  people?: { name: string; token: string }[];
}

export interface OidcConfig {
  authority: string;
  client_id: string;
  /** "openid profile" unless named; with "offline_access" most issuers give a refresh token. */
  scope?: string;
  /** Which token the API takes: the access token unless named. */
  token?: "access_token" | "id_token";
  /** For issuers such as Auth0 that give a JWT only for a named audience. */
  audience?: string;
  /** Where signing out leads, in full, when the issuer's own logout is not the one of OpenID Connect: Cognito's. */
  logout_url?: string;
}

export class ConfigError extends Error {}

/** Read `config.json`; throws a ConfigError that says what is wrong with it. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("config.json", { cache: "no-store" }).catch(() => null);
  if (!response?.ok) throw new ConfigError("There is no config.json beside index.html.");
  let config: Partial<Config>;
  try {
    config = await response.json();
  } catch {
    throw new ConfigError("config.json is not JSON.");
  }
  if (typeof config.api !== "string" || !/^https?:\/\//.test(config.api)) {
    throw new ConfigError('config.json must name the API: { "api": "https://…" }.');
  }
  if (config.oidc && !(config.oidc.authority && config.oidc.client_id)) {
    throw new ConfigError('"oidc" in config.json needs "authority" and "client_id".');
  }
  if (config.oidc?.logout_url && !/^https?:\/\//.test(config.oidc.logout_url)) {
    throw new ConfigError('"logout_url" in config.json must be an address in full: "https://…".');
  }
  return config as Config;
}
