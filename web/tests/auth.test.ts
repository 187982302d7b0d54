import { beforeEach, expect, test, vi } from "vitest";
import { idToken, isSignedIn, onSessionChange, renewedToken } from "../src/auth";

const SIGNED_IN = "vod.signed-in";
const kept = new Map<string, string>();
let otherTab: (event: { key: string }) => void;

/** What the platform will answer, in the order in which it is asked. */
const asked: { answer: (status: number, body: object) => void }[] = [];

function tokenOf(name: string): string {
  return ["", btoa(JSON.stringify({ email: name, exp: Date.now() / 1000 + 3600 })), ""].join(".");
}

/** Another tab signs somebody in, or out with null. */
function elsewhere(mark: string | null): void {
  if (mark === null) kept.delete(SIGNED_IN);
  else kept.set(SIGNED_IN, mark);
}

beforeEach(() => {
  kept.clear();
  asked.length = 0;
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("addEventListener", (_: string, listener: typeof otherTab) => (otherTab = listener));
  vi.stubGlobal("fetch", () =>
    new Promise((resolve) =>
      asked.push({ answer: (status, body) => resolve(new Response(JSON.stringify(body), { status })) }),
    ),
  );
  onSessionChange(() => undefined);
  elsewhere("x");
  otherTab({ key: SIGNED_IN });
});

test("a token that comes after somebody else signed in is not kept, and theirs is asked for", async () => {
  const late = renewedToken();
  elsewhere(null);
  elsewhere("y");
  asked[0]?.answer(200, { idToken: tokenOf("x") });
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  const theirs = tokenOf("y");
  asked[1]?.answer(200, { idToken: theirs });

  expect(await late).toBe(theirs);
  expect(await idToken()).toBe(theirs);
});

test("a late refusal signs nobody out who signed in meanwhile", async () => {
  const late = renewedToken();
  elsewhere("y");
  asked[0]?.answer(401, { code: "unauthorized", message: "You are signed out." });
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.answer(200, { idToken: "y" });

  expect(await late).toBe("y");
  expect(kept.get(SIGNED_IN)).toBe("y");
});

test("a token that comes after the sign-out is not kept", async () => {
  const late = renewedToken();
  elsewhere(null);
  asked[0]?.answer(200, { idToken: "x" });

  await expect(late).rejects.toThrow("signed out");
  expect(isSignedIn()).toBe(false);
});

test("who signs in asks for a token of their own while an answer for somebody else is awaited", async () => {
  const late = renewedToken();
  elsewhere("y");
  otherTab({ key: SIGNED_IN });

  const own = renewedToken();

  expect(asked).toHaveLength(2);
  asked[1]?.answer(200, { idToken: "y" });
  expect(await own).toBe("y");
  asked[0]?.answer(200, { idToken: "x" });
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  asked[2]?.answer(200, { idToken: "y" });
  expect(await late).toBe("y");
});

test("a refusal of the session that was asked about signs out", async () => {
  const refused = renewedToken();
  asked[0]?.answer(401, { code: "unauthorized", message: "You are signed out." });

  await expect(refused).rejects.toThrow("signed out");
  expect(isSignedIn()).toBe(false);
});
