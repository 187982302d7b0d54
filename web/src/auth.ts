/** Sign-in by the OAuth code flow with PKCE against Cognito's hosted login, or its stand-in on a local platform. */

import { config } from "./config";
import { challenge, claims, secret } from "./pkce";
import * as storage from "./storage";

interface Session {
  idToken: string;
  refreshToken: string | null;
}

interface Attempt {
  verifier: string;
  state: string;
  returnTo: string;
}

const SESSION = "vod.session";
const ATTEMPT = "vod.sign-in";
const REFRESH_BEFORE_SECONDS = 60;
const KEEPS_NOTHING = "Your browser does not store data for this site. Allow cookies and site data, then sign in.";

let refreshing: Promise<string | null> | null = null;
const listeners = new Set<() => void>();

/** Call back when somebody signs in or out, in any tab; returns how to stop. */
export function onSessionChange(listener: () => void): () => void {
  const inOtherTab = (event: StorageEvent) => event.key === SESSION && listener();
  listeners.add(listener);
  addEventListener("storage", inOtherTab);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", inOtherTab);
  };
}

function session(): Session | null {
  const text = storage.kept("localStorage", SESSION);
  return text ? (JSON.parse(text) as Session) : null;
}

function keep(fresh: Session | null): void {
  storage.keep("localStorage", SESSION, fresh && JSON.stringify(fresh));
  listeners.forEach((listener) => listener());
}

export function isSignedIn(): boolean {
  return session() !== null;
}

/** The name to show for who is signed in. */
export function userName(): string {
  const current = session();
  if (!current) return "";
  const said = claims(current.idToken);
  return String(said["email"] ?? said["cognito:username"] ?? said["sub"] ?? "");
}

/** Leave for the login page; `returnTo` is where to go afterwards, a path of this page. Throws where nothing is kept. */
export async function signIn(returnTo: string): Promise<void> {
  const attempt: Attempt = { verifier: secret(), state: secret(), returnTo };
  if (!storage.keep("sessionStorage", ATTEMPT, JSON.stringify(attempt))) throw new Error(KEEPS_NOTHING);
  const { domain, clientId, scopes } = config().auth;
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri(),
    scope: scopes.join(" "),
    state: attempt.state,
    code_challenge: await challenge(attempt.verifier),
    code_challenge_method: "S256",
  });
  location.assign(`${domain}/oauth2/authorize?${query}`);
}

/** Turn the code that the login page sent into a session; where to go on. Throws when the answer is not for us. */
export async function finishSignIn(search: string): Promise<string> {
  const answer = new URLSearchParams(search);
  const attempt = JSON.parse(storage.kept("sessionStorage", ATTEMPT) ?? "null") as Attempt | null;
  storage.keep("sessionStorage", ATTEMPT, null);
  const code = answer.get("code");
  if (!code) throw new Error(refusal(answer.get("error")));
  if (!attempt || attempt.state !== answer.get("state")) throw new Error("This sign-in was not started in this browser tab. Please sign in again.");
  const tokens = await exchange({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri(),
    code_verifier: attempt.verifier,
  });
  keep({ idToken: tokens.id_token, refreshToken: tokens.refresh_token ?? null });
  return attempt.returnTo;
}

/** Our own sentence for an error code of OAuth (RFC 6749, 4.1.2.1): an address can be made by anybody, with any text in it. */
export function refusal(code: string | null): string {
  if (code === "access_denied") return "The sign-in was cancelled or refused. Sign in again, or ask for an account.";
  if (code === "server_error" || code === "temporarily_unavailable") return "The sign-in page is not available now. Try again in a minute.";
  return "The sign-in did not succeed. Please sign in again.";
}

/** A token that is good for a minute at least, or null when nobody is signed in any more. */
export async function idToken(): Promise<string | null> {
  const current = session();
  if (!current) return null;
  const left = Number(claims(current.idToken)["exp"]) - Date.now() / 1000;
  return left > REFRESH_BEFORE_SECONDS ? current.idToken : renewedToken();
}

/** A new token by the refresh token; asked for once, however many wait for it. */
export function renewedToken(): Promise<string | null> {
  refreshing ??= renew().finally(() => (refreshing = null));
  return refreshing;
}

async function renew(): Promise<string | null> {
  const current = session();
  if (!current?.refreshToken) {
    keep(null);
    return null;
  }
  try {
    const tokens = await exchange({ grant_type: "refresh_token", refresh_token: current.refreshToken });
    keep({ idToken: tokens.id_token, refreshToken: tokens.refresh_token ?? current.refreshToken });
    return tokens.id_token;
  } catch (error) {
    if (error instanceof TypeError) throw error; // the network, not the session
    keep(null);
    return null;
  }
}

/** Forget the session here and at the login page. */
export function signOut(): void {
  const { domain, clientId } = config().auth;
  keep(null);
  const query = new URLSearchParams({ client_id: clientId, logout_uri: `${location.origin}/` });
  location.assign(`${domain}/logout?${query}`);
}

function redirectUri(): string {
  return `${location.origin}/signed-in`;
}

interface Tokens {
  id_token: string;
  refresh_token?: string;
}

async function exchange(values: Record<string, string>): Promise<Tokens> {
  const { domain, clientId } = config().auth;
  const answer = await fetch(`${domain}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, ...values }),
  });
  if (!answer.ok) throw new Error(`The sign-in was refused (${answer.status}). Please sign in again.`);
  return (await answer.json()) as Tokens;
}
