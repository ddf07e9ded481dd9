/**
 * What an examination finds: one line per thing looked at, and for whatever is not well, what to do about it.
 */

export type FindingStatus = 'ok' | 'warning' | 'problem' | 'skipped';

export interface DoctorFinding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly status: FindingStatus;
  /** What was found, as a sentence without its full stop. */
  readonly message: string;
  /** What to do, as a sentence; present unless all is well. */
  readonly remedy?: string;
}

export const ok = (check: string, message: string): DoctorFinding => ({ check, status: 'ok', message });

export const skipped = (check: string, message: string): DoctorFinding => ({
  check,
  status: 'skipped',
  message,
});

/** The system works, but not as well as it could. */
export const warning = (check: string, message: string, remedy: string): DoctorFinding => ({
  check,
  status: 'warning',
  message,
  remedy,
});

/** No image would be generated, or none stored. */
export const problem = (check: string, message: string, remedy: string): DoctorFinding => ({
  check,
  status: 'problem',
  message,
  remedy,
});
