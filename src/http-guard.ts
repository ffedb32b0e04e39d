/**
 * What each HTTP face of a lab asks of a request before it looks at anything else: whether the Host is this machine's own
 * name, which a page cannot make it (DNS rebinding), and whether a token is the right one. What follows from it is theirs.
 * Pure, but for the hash.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether a Host header, with or without a port, names this machine; an IPv6 address has its brackets there. */
export function isOwnName(host: string | undefined): boolean {
  return host !== undefined && ownNames.includes(host.toLowerCase().replace(/:\d*$/, ''));
}

/** In the same time wherever they differ: both are hashed, so that their lengths do not show either. */
export function isSameToken(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
