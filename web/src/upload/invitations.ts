/** Where each part of a video's source is to be sent; addresses grow old, so a second request for one gets a new one. */

import { remainingUpload } from "../api";
import type { Invitation, Multipart } from "../model";

export function isMultipart(invitation: Invitation): invitation is Multipart {
  return "uploadId" in invitation;
}

/** The upload of one video. */
export class Invited {
  private readonly given = new Set<number>();
  private renewing: Promise<void> | null = null;

  constructor(
    readonly videoId: string,
    public invitation: Invitation,
  ) {}

  /** The address of a part that has not arrived. */
  async partUrl(number: number): Promise<string> {
    if (this.given.has(number) || !this.url(number)) await this.renew();
    this.given.add(number);
    const url = this.url(number);
    if (!url) throw new Error(`Part ${number} has no address.`);
    return url;
  }

  /** Ask the platform again what is missing; asked once, however many parts wait for it. */
  renew(): Promise<void> {
    this.renewing ??= remainingUpload(this.videoId)
      .then(({ upload }) => {
        this.invitation = upload;
        this.given.clear();
      })
      .finally(() => (this.renewing = null));
    return this.renewing;
  }

  private url(number: number): string | undefined {
    if (!isMultipart(this.invitation)) return undefined;
    return this.invitation.parts.find(({ partNumber }) => partNumber === number)?.url;
  }
}
