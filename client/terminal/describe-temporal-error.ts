/**
 * What Temporal's errors mean for a person at a terminal, and what to do about each.
 */

import { ServiceError } from '@temporalio/client';
import { reasonOf } from '../../live/reason-of.js';
import { command } from '../../package/command.js';

/** A sentence for an error of the Temporal client; undefined if it is none. */
export function describeTemporalError(error: Error): string | undefined {
  if (error.name === 'WorkflowFailedError') return `The workflow did not finish: ${reasonOf(error)}.`;
  if (error.name === 'WorkflowUpdateFailedError') return `The workflow refused: ${reasonOf(error)}.`;
  if (error.name === 'WorkflowNotFoundError') return `There is no such workflow: ${reasonOf(error)}.`;
  if (error.name === 'NamespaceNotFoundError')
    return `${error.message}. Create the namespace, or set TEMPORAL_NAMESPACE to one that exists.`;
  if (error instanceof ServiceError || isGrpcError(error)) return describeServiceError(error);
  return undefined;
}

/** The sentence for a server that cannot be reached. */
export const notAnswering = (address: string, error: unknown): string =>
  `Temporal does not answer at ${address} (${reasonOf(error)}). ` +
  `Start the development stack with "${command('dev')}", or set TEMPORAL_ADDRESS to your server.`;

/** Calls that bypass the client's own methods throw gRPC's errors as they are. */
const isGrpcError = (error: Error): boolean => 'code' in error && 'details' in error && 'metadata' in error;

function describeServiceError(error: Error): string {
  const reason = reasonOf(error);
  if (/search ?attribute/i.test(reason))
    return `The namespace does not know a search attribute (${reason}). Run "${command('setup')}" once.`;
  if (/deadline|unavailable|connect/i.test(reason))
    return `Temporal stopped answering (${reason}). Nothing is lost; try again when it is back.`;
  return `Temporal refused the request: ${reason}.`;
}
