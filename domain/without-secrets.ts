/**
 * The environment for processes that run what others have made (native code of a model, the Temporal server, ffmpeg) and need
 * no access to anything: what drivers, libraries and Node read stays, what looks like a secret goes.
 */

/** AWS's and Temporal's own settings, and names by which people call secrets. */
const SECRET = /^(AWS|TEMPORAL)_|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_?KEY/i;

export const withoutSecrets = (
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET.test(name)));
