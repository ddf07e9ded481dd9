/**
 * The Temporal server and the namespace: which version answers, and whether it knows the search attributes without
 * which no workflow of this system can be started.
 */
import { isGrpcServiceError } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { reasonOf } from '../../live/reason-of.js';
import type { TemporalSession } from '../temporal/connect.js';
import { type DoctorFinding, ok, problem, warning } from './finding.js';

/** The server with which this system is tested. */
const TESTED_VERSION = [1, 29] as const;

export async function checkServer({ client, address }: TemporalSession): Promise<DoctorFinding> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const found = `Temporal ${serverVersion} answers at ${address}`;
  return isOlder(serverVersion ?? '')
    ? warning(
        'server',
        `${found}, which is older than ${TESTED_VERSION.join('.')}, the version this system is tested with`,
        'Upgrade the server; until then, expect priorities or current details to be missing.',
      )
    : ok('server', found);
}

/** A version that cannot be read is Temporal Cloud's or a build of one's own: taken for new. */
function isOlder(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  const [testedMajor, testedMinor] = TESTED_VERSION;
  return Number(major) === testedMajor ? Number(minor) < testedMinor : Number(major) < testedMajor;
}

export async function checkNamespace({ client, namespace }: TemporalSession): Promise<DoctorFinding> {
  try {
    await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    return ok('namespace', `namespace "${namespace}" exists`);
  } catch (error) {
    return problem(
      'namespace',
      `namespace "${namespace}" cannot be used (${reasonOf(error)})`,
      remedyFor(error),
    );
  }
}

/** By the status of gRPC. A server answers for itself while its database is away, and fails at everything that is kept there. */
function remedyFor(error: unknown): string {
  switch (isGrpcServiceError(error) ? error.code : undefined) {
    case NOT_FOUND:
      return 'Create it with "temporal operator namespace create", or set TEMPORAL_NAMESPACE to one that exists.';
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return 'Set TEMPORAL_API_KEY, or the certificate of TEMPORAL_PROFILE, to one that may use this namespace.';
    default:
      return "The server answers, but does not get at what it keeps: look whether its database runs, and into the server's own log.";
  }
}

const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;
/** A server whose database is away does not refuse, but hangs. */
const ANSWER_WITHIN_MS = 5_000;

export async function checkSearchAttributes({ client, namespace }: TemporalSession): Promise<DoctorFinding> {
  const check = 'search attributes';
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !Object.hasOwn(customAttributes ?? {}, name));
    if (missing.length === 0) return ok(check, `all ${SEARCH_ATTRIBUTES.length} are registered`);
    const names = missing.map(({ name }) => name).join(', ');
    return problem(
      check,
      `not registered: ${names}`,
      'Run "pregen setup" once; without them nothing starts.',
    );
  } catch (error) {
    return warning(
      check,
      `the server does not list them (${reasonOf(error)})`,
      'Make sure that "pregen setup", or the administrator of the namespace, has registered them.',
    );
  }
}
