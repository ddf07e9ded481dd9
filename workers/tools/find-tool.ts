export type ToolName = 'temporal' | 'versitygw' | 'minio';

export interface FindToolOptions {
  /** Told, line by line, what is being done and how long it usually takes. Default: lines on stderr. */
  readonly say?: (line: string) => void;
  /** Whether a missing tool may be downloaded or built. Default: true. */
  readonly build?: boolean;
}

/** Absolute path of a tool that runs. */
export type FindTool = (name: ToolName, options?: FindToolOptions) => Promise<string>;
