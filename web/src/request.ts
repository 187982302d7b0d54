/** One request to the API, and its refusals; who asks is the caller's affair. */

const API = "/api";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const VIDEO_ID = /^[0-9a-f]{20}$/;
const SHARE_TOKEN = /^[0-9a-f]{20}[\w-]{43}$/;

/** An id as a part of a path; what can be none is refused as the API would, and nothing is sent. */
export function videoId(text: string): string {
  if (!VIDEO_ID.test(text)) throw new ApiError(404, "not_found", "There is no such video.");
  return text;
}

/** The same of a share link's token. */
export function shareToken(text: string): string {
  if (!SHARE_TOKEN.test(text)) throw new ApiError(404, "not_found", "There is no such share.");
  return text;
}

export async function send<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(API + path, init);
  } catch {
    throw new ApiError(0, "offline", "The platform cannot be reached. Check your connection.");
  }
  const text = await answer.text();
  if (!answer.ok) throw refusal(answer.status, text);
  return (text ? JSON.parse(text) : undefined) as T;
}

function refusal(status: number, text: string): ApiError {
  try {
    const { code, message } = JSON.parse(text) as { code: string; message: string };
    return new ApiError(status, code, message);
  } catch {
    return new ApiError(status, "unexpected", `The platform answered ${status}. Try again in a moment.`);
  }
}

/** The sentence to show for whatever went wrong. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
