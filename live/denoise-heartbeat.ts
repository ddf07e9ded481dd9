/** What a denoise activity has told last, from the server's description of it. */
import { type DenoiseHeartbeat, readHeartbeat } from '../domain/denoise-heartbeat.js';

/** From the payload of a heartbeat, which the default data converter writes as JSON; undefined if it is none of ours. */
export function heartbeatOf(data: Uint8Array | null | undefined): DenoiseHeartbeat | undefined {
  if (data === null || data === undefined) return undefined;
  try {
    return readHeartbeat(JSON.parse(new TextDecoder().decode(data)));
  } catch {
    return undefined;
  }
}
