/**
 * Sign-in by the OAuth code flow with PKCE against Cognito's hosted login, or its stand-in on a local platform.
 *
 * Scripts only ever hold an id token, in memory. The refresh token is in a cookie that the browser sends to
 * `/api/session` and shows to no script, so a session survives a reload.
 */

import { config } from "./config";
import { challenge, claims, secret } from "./pkce";
import { ApiError, send } from "./request";
import * as storage from "./storage";

interface Attempt {
  verifier: string;
  state: string;
  returnTo: string;
}

const SIGNED_IN = "vod.signed-in"; // when that was: no secret, so that every tab knows at once whether to ask for a token
const ATTEMPT = "vod.sign-in";
const BEFORE_COOKIES = "vod.session"; // where earlier releases kept tokens
const REFRESH_BEFORE_SECONDS = 60;
const KEEPS_NOTHING = "Your browser does not store data for this site. Allow cookies and site data, then sign in.";
const SIGNED_OUT = "You are signed out. Sign in again.";

let token: string | null = null;
let refreshing: Promise<string> | null = null;
const listeners = new Set<() => void>();

storage.keep("localStorage", BEFORE_COOKIES, null);

/** Call back when somebody signs in or out, in any tab, and when their name is known; returns how to stop. */
export function onSessionChange(listener: () => void): () => void {
  const inOtherTab = (event: StorageEvent) => {
    if (event.key !== SIGNED_IN) return;
    token = refreshing = null; // it may be somebody else now
    listener();
  };
  listeners.add(listener);
  addEventListener("storage", inOtherTab);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", inOtherTab);
  };
}

function keep(fresh: string | null): void {
  token = fresh;
  listeners.forEach((listener) => listener());
}

function forget(): void {
  storage.keep("localStorage", SIGNED_IN, null);
  keep(null);
}

export function isSignedIn(): boolean {
  return session() !== null;
}

/** Which sign-in of this browser the session is of; null when nobody is signed in. */
function session(): string | null {
  return storage.kept("localStorage", SIGNED_IN);
}

/** The name to show for who is signed in; empty until there is a token. */
export function userName(): string {
  if (!token) return "";
  const said = claims(token);
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
    redirect_uri: `${location.origin}/signed-in`,
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
  const { idToken } = await ask("POST", "", { code, verifier: attempt.verifier });
  storage.keep("localStorage", SIGNED_IN, String(Date.now()));
  keep(idToken);
  return attempt.returnTo;
}

/** Our own sentence for an error code of OAuth (RFC 6749, 4.1.2.1): an address can be made by anybody, with any text in it. */
export function refusal(code: string | null): string {
  if (code === "access_denied") return "The sign-in was cancelled or refused. Sign in again, or ask for an account.";
  if (code === "server_error" || code === "temporarily_unavailable") return "The sign-in page is not available now. Try again in a minute.";
  return "The sign-in did not succeed. Please sign in again.";
}

/** A token that is good for a minute at least. Throws an ApiError 401 when nobody is signed in any more. */
export async function idToken(): Promise<string> {
  if (!isSignedIn()) throw new ApiError(401, "unauthorized", SIGNED_OUT);
  const left = token ? Number(claims(token)["exp"]) - Date.now() / 1000 : 0;
  return token && left > REFRESH_BEFORE_SECONDS ? token : renewedToken();
}

/** A new token by the session's cookie; asked for once, however many wait for it. */
export function renewedToken(): Promise<string> {
  if (refreshing) return refreshing;
  const asked = renew().finally(() => {
    if (refreshing === asked) refreshing = null;
  });
  return (refreshing = asked);
}

/** An answer that comes after another tab signed out or in is not for who is signed in now: then it is asked again. */
async function renew(): Promise<string> {
  if (!isSignedIn()) throw new ApiError(401, "unauthorized", SIGNED_OUT);
  const before = session();
  const [answer] = await Promise.allSettled([ask("POST", "/token")]);
  if (session() !== before) return renew();
  if (answer.status === "rejected") {
    if (answer.reason instanceof ApiError && answer.reason.status === 401) forget();
    throw answer.reason;
  }
  keep(answer.value.idToken);
  return answer.value.idToken;
}

/** End the session everywhere: its refresh token, here, and at the login page. Throws when it is not ended. */
export async function signOut(): Promise<void> {
  await ask("DELETE", "");
  const { domain, clientId } = config().auth;
  forget();
  const query = new URLSearchParams({ client_id: clientId, logout_uri: `${location.origin}/` });
  location.assign(`${domain}/logout?${query}`);
}

function ask(method: string, path: string, body?: unknown): Promise<{ idToken: string }> {
  const said = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return send(`/session${path}`, { method, ...said });
}
