/**
 * Whether this Node will go on being served by what the product is built on.
 */
import { type DoctorFinding, ok, warning } from './finding.js';

/** From 2027 on, new versions of the AWS SDK, which speaks to S3 and R2, need it. */
const WANTED_MAJOR = 22;

export function checkNode(version: string = process.version): DoctorFinding {
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  if (major >= WANTED_MAJOR) return ok('Node', version);
  return warning(
    'Node',
    `${version} works; new versions of the AWS SDK, which S3 and R2 stores use, need Node ${WANTED_MAJOR} from January 2027 on`,
    `Install Node ${WANTED_MAJOR} or later.`,
  );
}
