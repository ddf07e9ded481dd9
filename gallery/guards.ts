/**
 * Which requests are refused: the gallery answers browsers on this machine only, and starts work for its own page only.
 */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http.js';

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** A page elsewhere can point its own name at this machine (DNS rebinding); the Host header then gives it away. */
export function refuseForeignHosts({ headers }: IncomingMessage): void {
  if (!LOCAL_HOST.test(headers.host ?? '')) throw new HttpError(403, 'the gallery only answers on localhost');
  // Browsers mark what another site's page loads in this header; following a link from there is allowed.
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-dest'] !== 'document')
    throw new HttpError(403, 'the gallery does not answer to pages of other sites');
}

/** Only the gallery's own page may start work: browsers name the origin of every POST, and ask before they send JSON to another site. */
export function refuseForgery({ method, headers }: IncomingMessage): void {
  if (method !== 'POST') throw new HttpError(405, 'this address only answers POST');
  if (headers.origin !== `http://${headers.host}` || headers['content-type'] !== 'application/json')
    throw new HttpError(403, 'only the gallery itself may ask for this');
}
