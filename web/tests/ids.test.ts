import { beforeEach, expect, test, vi } from "vitest";
import { deleteVideo, grant, showVideo } from "../src/api";
import { refusal } from "../src/auth";
import { publicGrant, sharedGrant } from "../src/grants";

const ID = "0123456789abcdef0123";
const asked = vi.fn();

vi.mock("../src/auth", async (original) => ({ ...(await original<object>()), idToken: async () => "token" }));

beforeEach(() => {
  asked.mockReset();
  asked.mockImplementation(async () => new Response("{}", { status: 404 }));
  vi.stubGlobal("fetch", asked);
});

test.each(["none", "..", `${ID}/../x`, `${ID}?x`, `${ID}\n`, ID.toUpperCase(), `${ID}0`, "\u0000", ""])(
  "what can be no id is not found, and nothing is sent: %j",
  async (id) => {
    for (const ask of [showVideo, deleteVideo, grant, publicGrant, sharedGrant]) {
      await expect(ask(id)).rejects.toMatchObject({ status: 404, code: "not_found" });
    }
    expect(asked).not.toHaveBeenCalled();
  },
);

test("an id and a token are sent as they are", async () => {
  await showVideo(ID).catch(() => undefined);
  await sharedGrant(`${ID}${"-".repeat(43)}`).catch(() => undefined);

  expect(asked.mock.calls.map(([address]) => address)).toEqual([
    `/api/videos/${ID}`,
    `/api/shares/${ID}${"-".repeat(43)}/playback`,
  ]);
});

test("what a link says of a sign-in that failed is not what is shown", () => {
  const sentences = ["access_denied", "server_error", "Call 555-0100", "<b>", "__proto__", "", null].map(refusal);

  expect(new Set(sentences).size).toBe(3);
  expect(sentences.join()).not.toMatch(/555|<b>/);
});
