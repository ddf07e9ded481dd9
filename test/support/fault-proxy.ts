/**
 * An HTTP proxy in front of an S3 server that passes requests on, byte for byte, except where a test sets a fault. Faults are
 * chosen by request (verb, key, number of earlier requests), never by chance or time.
 */
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLog } from './event-log.js';
import { freePort } from './s3-server.js';

export type Fault =
  /** Answers with this status and S3 error code. */
  | { readonly status: number; readonly code: string }
  /** Cuts the connection in the middle of the request's body. */
  | 'reset'
  /** Accepts the request and never answers. */
  | 'hang'
  /** Answers 200 with a web page, as a hotel's network does. */
  | 'garbage'
  /** Passes the request on, and cuts the connection instead of returning the answer. */
  | 'lost-reply'
  /** Passes the request on, and never returns the answer. */
  | 'held-reply'
  /** Passes on the first half of the answer's body only, then cuts the connection. */
  | 'cut-reply'
  /** Passes on half of the answer's body with a matching length, as if it were complete. */
  | 'short-reply';

const REPLY_FAULTS = ['lost-reply', 'held-reply', 'cut-reply', 'short-reply'] as const;
type ReplyFault = (typeof REPLY_FAULTS)[number];
const isAboutReply = (fault: Fault): fault is ReplyFault => REPLY_FAULTS.some((one) => one === fault);

export interface ProxiedRequest {
  readonly method: string;
  /** Object key: the decoded path without the bucket. */
  readonly key: string;
  /** Number of the request with this method and key, from 1. */
  readonly time: number;
}

export type FaultPlan = (request: ProxiedRequest) => Fault | undefined;

export class FaultProxy {
  /** `METHOD key`, in the order of arrival. */
  readonly requests = new EventLog();
  /** Number of requests that wait without an answer. */
  hanging = 0;
  private plan: FaultPlan = () => undefined;
  private bytesPerSecond: number | undefined;
  private lineFreeAt = 0;
  private server: Server | undefined;

  private constructor(
    private readonly upstream: URL,
    readonly port: number,
  ) {}

  static async before(endpoint: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(endpoint), await freePort());
    await proxy.accept();
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A store URL of the server, through this proxy. */
  through(storeUrl: string): string {
    return storeUrl.replace(this.upstream.origin, this.endpoint);
  }

  /** Sets the faults from now on; none without a plan. */
  order(plan: FaultPlan = () => undefined): void {
    this.plan = plan;
  }

  /** Limits all connections together to this many bytes per second from now on. */
  throttle(bytesPerSecond: number | undefined): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Cuts every connection and refuses new ones. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  /** Accepts connections (again), on the same port. */
  async accept(): Promise<void> {
    if (this.server !== undefined) return;
    const server = createServer((incoming, outgoing) => {
      this.handle(incoming, outgoing).catch(() => outgoing.destroy());
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const fault = this.plan(this.note(incoming));
    if (fault === undefined || isAboutReply(fault)) return this.forward(incoming, outgoing, fault);
    if (fault === 'reset') return resetMidBody(incoming);
    if (fault === 'hang') return this.hang(incoming);
    for await (const _ of incoming);
    if (fault === 'garbage') outgoing.setHeader('content-type', 'text/html').end('<html>Welcome</html>');
    else
      outgoing
        .writeHead(fault.status, { 'content-type': 'application/xml' })
        .end(
          `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`,
        );
  }

  private note({ method = '', url = '' }: IncomingMessage): ProxiedRequest {
    const key = decodeURIComponent(new URL(url, 'http://s3').pathname.replace(/^\/[^/]*\/?/, ''));
    const name = `${method} ${key}`;
    this.requests.add(name);
    return { method, key, time: this.requests.count(name) };
  }

  private async hang(incoming: IncomingMessage): Promise<void> {
    this.hanging += 1;
    incoming.resume();
    await once(incoming.socket, 'close');
    this.hanging -= 1;
  }

  private async forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    fault: ReplyFault | undefined,
  ): Promise<void> {
    const { method, url, headers } = incoming;
    const { hostname, port } = this.upstream;
    const passedOn = httpRequest({ hostname, port, method, path: url, headers, agent: false });
    const answered: Promise<IncomingMessage[]> = once(passedOn, 'response').then(([answer]) => [answer]);
    answered.catch(() => {});
    await pipeline(incoming, this.line(), passedOn);
    const [answer] = await answered;
    if (answer === undefined) return;
    if (fault === 'lost-reply') {
      for await (const _ of answer);
      incoming.socket.resetAndDestroy();
    } else if (fault === 'held-reply') {
      for await (const _ of answer);
      await this.hang(incoming);
    } else if (fault !== undefined) await passHalf(answer, outgoing, fault);
    else {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      await pipeline(answer, this.line(), outgoing);
    }
  }

  /** Delays each chunk as the shared limit requires. */
  private line(): Transform {
    const waitForTurn = async (bytes: number) => {
      if (this.bytesPerSecond === undefined) return;
      const now = performance.now();
      this.lineFreeAt = Math.max(this.lineFreeAt, now) + (bytes / this.bytesPerSecond) * 1000;
      await sleep(this.lineFreeAt - now);
    };
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        waitForTurn(chunk.length).then(() => done(undefined, chunk), done);
      },
    });
  }
}

/** Waits for the first bytes of the body, so that the connection is cut in its middle. */
async function resetMidBody(incoming: IncomingMessage): Promise<void> {
  if (incoming.headers['content-length'] !== undefined && incoming.headers['content-length'] !== '0')
    await Promise.race([once(incoming, 'data'), once(incoming, 'end')]);
  incoming.socket.resetAndDestroy();
}

async function passHalf(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: 'cut-reply' | 'short-reply',
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const half = body.subarray(0, body.length / 2);
  const length = String(fault === 'short-reply' ? half.length : body.length);
  outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': length });
  outgoing.write(half, () => (fault === 'short-reply' ? outgoing.end() : outgoing.destroy()));
}
