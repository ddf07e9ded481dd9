/**
 * The external programs that development and tests need, at the versions that are known to work.
 *
 * None is needed in production, where Temporal and the object storage are servers of their own. Why these versions:
 * Temporal CLI 1.5.1 is the newest that `go install` can build (later ones have `replace` in go.mod); versitygw is a
 * small real S3 server; MinIO is a second opinion beside it, used by tests only.
 */

export type ToolName = 'temporal' | 'versitygw' | 'minio';

export interface Tool {
  readonly name: ToolName;
  /** What people call it. */
  readonly title: string;
  readonly version: string;
  /** Environment variable with the path of a binary to use instead. */
  readonly variable: string;
  /** Whether one on PATH, of whatever version, will do. */
  readonly anyOnPath: boolean;
  /** What `go install` is given. */
  readonly goPackage: string;
  readonly goFlags: readonly string[];
  /** How long building takes on two cores with an empty Go cache. */
  readonly buildTakes: string;
  /** The official download, a .tar.gz with the binary at its top or in its only folder. */
  readonly archiveUrl?: (platform: string, arch: string) => string;
}

const STRIPPED = ['-trimpath', '-ldflags=-s -w'];

export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  temporal: {
    name: 'temporal',
    title: 'Temporal CLI',
    version: '1.5.1',
    variable: 'TEMPORAL_CLI_PATH',
    anyOnPath: true,
    goPackage: 'github.com/temporalio/cli/cmd/temporal@v1.5.1',
    goFlags: [],
    buildTakes: '5 to 6 minutes',
    archiveUrl: (platform, arch) =>
      `https://temporal.download/cli/archive/v1.5.1?platform=${platform}&arch=${arch === 'x64' ? 'amd64' : arch}`,
  },
  versitygw: {
    name: 'versitygw',
    title: 'versitygw',
    version: '1.8.0',
    variable: 'VERSITYGW_PATH',
    anyOnPath: false,
    goPackage: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0',
    goFlags: STRIPPED,
    buildTakes: 'about 3 minutes',
    archiveUrl: (platform, arch) =>
      `https://github.com/versity/versitygw/releases/download/v1.8.0/versitygw_v1.8.0_` +
      `${platform === 'darwin' ? 'Darwin' : 'Linux'}_${arch === 'x64' ? 'x86_64' : arch}.tar.gz`,
  },
  minio: {
    name: 'minio',
    title: 'MinIO',
    version: '0.0.0-20260212201848-7aac2a2c5b7c',
    variable: 'MINIO_PATH',
    anyOnPath: false,
    goPackage: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
    goFlags: STRIPPED,
    buildTakes: 'about 5 minutes',
  },
};
