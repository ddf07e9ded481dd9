/**
 * What all answers of the gallery have in common: strict headers, short errors, compressed JSON. The page may load only
 * its own modules, styles and images; no other page may frame it, and nothing that it shows can make it load anything else.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** A year: the address changes when the content does. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
/** For smaller bodies gzip costs more than it saves. */
const GZIP_FROM_BYTES = 1024;

export interface Answer {
  readonly status?: number;
  readonly contentType: string;
  readonly body: Buffer | string;
  /** The address names this content, so browsers may keep it for ever. */
  readonly immutable?: boolean;
}

/** An error with its HTTP status. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const jsonAnswer = (value: unknown): Answer => ({
  contentType: 'application/json',
  body: JSON.stringify(value),
});

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const plain = Buffer.from(answer.body);
  const zip = isText(answer.contentType) && plain.length >= GZIP_FROM_BYTES && acceptsGzip(request);
  const body = zip ? gzipSync(plain) : plain;
  response.writeHead(answer.status ?? 200, {
    ...SECURITY_HEADERS,
    'content-type': answer.contentType,
    'accept-ranges': 'none',
    'content-length': body.length,
    'cache-control': answer.immutable === true ? IMMUTABLE : 'no-store',
    ...(zip ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Opens a stream of server-sent events. */
export function openEventStream(
  { method }: IncomingMessage,
  response: ServerResponse,
  greeting: string,
): void {
  response.writeHead(200, {
    ...SECURITY_HEADERS,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  if (method === 'HEAD') response.end();
  else response.write(greeting);
}

/** Reads a small JSON body. Throws HttpError 413 and 400. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > limitBytes) throw new HttpError(413, `the request is larger than ${limitBytes} bytes`);
    chunks.push(buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the request is not valid JSON');
  }
}

const isText = (contentType: string): boolean => /^(text\/|application\/json)/.test(contentType);

const acceptsGzip = ({ headers }: IncomingMessage): boolean =>
  /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
