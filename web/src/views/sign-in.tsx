/** The way in, and the moment after it. */

import { useEffect, useState } from "preact/hooks";
import { sentence } from "../api";
import { finishSignIn, signIn } from "../auth";
import { Notice } from "../parts/basics";
import { useTitle } from "../parts/hooks";
import { Mark } from "../parts/mark";
import { go } from "../routes";

export function SignIn() {
  useTitle("Sign in");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const start = () => {
    setBusy(true);
    signIn(location.pathname + location.search).catch((failure: unknown) => {
      setBusy(false);
      setError(sentence(failure));
    });
  };
  return (
    <main class="door">
      <div class="door-text">
        <p class="brand">
          <Mark />
          Videos
        </p>
        <h1>Upload once. Plays everywhere.</h1>
        <p class="door-lead">Your videos in every resolution that viewers need. They are stored in your own cloud, and only people you choose can watch them.</p>
        <button type="button" class="button button-large" disabled={busy} onClick={start}>
          Sign in
        </button>
        {error && (
          <p class="tone-failed" role="alert">
            {error}
          </p>
        )}
      </div>
      <div class="door-frames" aria-hidden="true">
        {["1080p", "720p", "480p", "360p"].map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
    </main>
  );
}

export function SignedIn({ search }: { search: string }) {
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    finishSignIn(search).then((returnTo) => go(returnTo, true), (failure: unknown) => setError(sentence(failure)));
  }, []);
  return (
    <main class="closed">
      {error === null ? (
        <p role="status">Signing in…</p>
      ) : (
        <>
          <Notice tone="error" title="Sign-in failed">
            <p>{error}</p>
          </Notice>
          <button type="button" class="button" onClick={() => void signIn("/")}>
            Sign in again
          </button>
        </>
      )}
    </main>
  );
}
