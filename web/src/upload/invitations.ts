/** Where each part of a video's source is to be sent; addresses grow old, so a second request for one gets a new one. */

import { remainingUpload } from "../api";
import type { Invitation, Multipart } from "../model";
import { ApiError } from "../request";

/** An address of the bucket, as Uppy wants it. */
export interface Address {
  method: "PUT";
  url: string;
  headers?: Record<string, string>;
}

const WHOLE = 0;

export function isMultipart(invitation: Invitation): invitation is Multipart {
  return "uploadId" in invitation;
}

/** Whether the platform waits for nothing more of the source: it gives no addresses to a video that is on its way. */
export function saysArrived(error: unknown): boolean {
  return error instanceof ApiError && error.code === "wrong_status";
}

/** The upload of one video. */
export class Invited {
  private readonly given = new Set<number>();
  private readonly parts = new Map<string, number>(); // of every address that was ever given
  private renewing: Promise<void> | null = null;
  private ended = false;

  constructor(
    readonly videoId: string,
    public invitation: Invitation,
  ) {}

  /** Whether all of the source has arrived, perhaps with a lost answer: then nothing is sent any more. */
  get hasArrived(): boolean {
    return this.ended;
  }

  /** The address of a part that has not arrived, or of the whole source where it does not come in parts. */
  async address(part = WHOLE): Promise<Address> {
    if (this.given.has(part) || !this.current(part)) await this.renew();
    this.given.add(part);
    const address = this.current(part);
    if (!address) throw new Error(`Part ${part} has no upload URL.`);
    this.parts.set(address.url, part);
    return address;
  }

  /** Whether an address was given for this upload. */
  gave(url: string): boolean {
    return this.parts.has(url);
  }

  /** A fresh address in the place of one that was given; undefined for an address of another upload. */
  async instead(url: string): Promise<Address | undefined> {
    const part = this.parts.get(url);
    return part === undefined ? undefined : this.address(part);
  }

  /** Ask the platform again what is missing; asked once, however many parts wait for it. */
  renew(): Promise<void> {
    this.renewing ??= remainingUpload(this.videoId)
      .then(({ upload }) => {
        this.invitation = upload;
        this.given.clear();
      })
      .catch((error: unknown) => {
        if (!saysArrived(error)) throw error;
        this.ended = true;
      })
      .finally(() => (this.renewing = null));
    return this.renewing;
  }

  private current(part: number): Address | undefined {
    if (!isMultipart(this.invitation)) return part === WHOLE ? whole(this.invitation) : undefined;
    const url = this.invitation.parts.find(({ partNumber }) => partNumber === part)?.url;
    return url ? { method: "PUT", url } : undefined;
  }
}

/** Browsers set the length themselves, and let nobody else. */
function whole({ url, headers }: { url: string; headers?: Record<string, string> }): Address {
  const own = Object.entries(headers ?? {}).filter(([name]) => !/^content-length$/i.test(name));
  return { method: "PUT", url, headers: Object.fromEntries(own) };
}
