/** How worker processes write their log: for people at a terminal, or for machines. */

export type LogFormat = 'json' | 'text';
export const LOG_FORMATS = ['json', 'text'] as const;

/** As PREGEN_LOG says; NODE_ENV=production asked for JSON before there was a variable for it. */
export function logFormat(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): LogFormat {
  const asked = LOG_FORMATS.find((format) => format === environment.PREGEN_LOG);
  if (asked !== undefined) return asked;
  return environment.NODE_ENV === 'production' || !isTerminal ? 'json' : 'text';
}
