/** Which bytes of a file which part holds; the counterpart of src/vod/steps/parts.py. */

import type { Multipart } from "../model";

export interface Span {
  start: number;
  end: number;
}

/** How many parts a file of `size` bytes has. */
export function partCount(size: number, partSize: number): number {
  return Math.max(1, Math.ceil(size / partSize));
}

/** Bytes [start, end) of part `number`, which counts from 1. */
export function span(number: number, size: number, partSize: number): Span {
  return { start: (number - 1) * partSize, end: Math.min(size, number * partSize) };
}

/** Bytes of a file that have arrived already. */
export function arrivedBytes(invitation: Multipart): number {
  return invitation.arrived.reduce((sum, part) => sum + part.size, 0);
}

/** Whether what has arrived was cut from a file of that size in the same way. */
export function fits(invitation: Multipart, size: number): boolean {
  const count = partCount(size, invitation.partSize);
  const whole = invitation.arrived.every(({ partNumber, size: arrived }) => {
    const { start, end } = span(partNumber, size, invitation.partSize);
    return partNumber <= count && arrived === end - start;
  });
  return whole && invitation.arrived.length + invitation.parts.length === count;
}
