/**
 * What a model runs on, in order of preference: execution providers of ONNX Runtime, by their names or with options. Apart from their
 * schema, so that workflows carry none.
 */

/** Options beside `deviceId` are passed on as they are. */
export interface ProviderWithOptions {
  readonly name: string;
  readonly deviceId?: number | undefined;
}

export type ExecutionProvider = string | ProviderWithOptions;

export const providerName = (provider: ExecutionProvider): string =>
  typeof provider === 'string' ? provider : provider.name;

/** For people: `cuda:1, cpu`. */
export const providersText = (providers: readonly ExecutionProvider[]): string =>
  providers.map(providerText).join(', ');

function providerText(provider: ExecutionProvider): string {
  const deviceId = typeof provider === 'string' ? undefined : provider.deviceId;
  return deviceId === undefined ? providerName(provider) : `${providerName(provider)}:${deviceId}`;
}
