/**
 * Who may ask what: the gallery answers browsers on this machine, and starts work for its own page alone.
 */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http.js';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** A page elsewhere can point its own name at this machine (DNS rebinding); the Host header then gives it away. */
export function refuseStrangers({ headers }: IncomingMessage): void {
  if (!LOCAL_HOST.test(headers.host ?? '')) throw new HttpError(403, 'the gallery only answers on localhost');
  // Browsers say so of what another site's page loads; a link that somebody follows is welcome.
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-dest'] !== 'document')
    throw new HttpError(403, 'the gallery does not answer to pages of other sites');
}

/** Only the gallery's own page may start work: browsers name the origin of every POST, and ask before sending JSON elsewhere. */
export function refuseForgery({ method, headers }: IncomingMessage): void {
  if (method !== 'POST') throw new HttpError(405, 'this is asked for with a POST');
  if (headers.origin !== `http://${headers.host}` || headers['content-type'] !== 'application/json')
    throw new HttpError(403, 'only the gallery itself may ask for this');
}
