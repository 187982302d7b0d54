/** Sends bytes to an address of the bucket; an address that is over is exchanged for a fresh one, and it goes on. */

import AwsS3 from "@uppy/aws-s3";

type Sending = Parameters<typeof AwsS3.uploadPartBytes>[0];
type Sent = ReturnType<typeof AwsS3.uploadPartBytes>;

/** What is asked of the upload that the address belongs to. */
export interface Asked {
  instead(url: string): Promise<object | undefined>;
  readonly hasArrived: boolean;
}

/** Nothing is sent of a source that has arrived. A fresh address that is refused too is an error. */
export async function sendBytes(sending: Sending, upload: Asked): Sent {
  if (upload.hasArrived) return { ETag: "" };
  try {
    return await AwsS3.uploadPartBytes(sending);
  } catch (error) {
    if (isThere(error)) return { ETag: "" };
    const fresh = isOver(error) && (await upload.instead(sending.signature.url));
    if (upload.hasArrived) return { ETag: "" };
    if (!fresh) throw error;
    return AwsS3.uploadPartBytes({ ...sending, signature: { ...sending.signature, ...fresh } });
  }
}

/** Whether the bucket has the whole source already, of a try before this one whose answer was lost: it is written once. */
export function isThere(error: unknown): boolean {
  return (error as { source?: { status?: number } }).source?.status === 412;
}

/** Whether the bucket refused the address: its hour is over (403), or the session that signed it (400). */
export function isOver(error: unknown): boolean {
  const answer = (error as { source?: { status?: number; responseText?: string } }).source;
  return answer?.status === 403 || (answer?.status === 400 && /ExpiredToken/.test(answer.responseText ?? ""));
}
