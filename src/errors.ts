/** What a process ends with, so that scripts can tell a wrong answer from a missing engine. */
export const exitCodes = { pass: 0, fail: 1, unknown: 2, usage: 64, unavailable: 69, internal: 70 } as const;

/** The kinds of failure that a user can meet, each with its own exit code. */
export type FailureKind = keyof typeof exitCodes;

/**
 * The one error of the project: what happened with which value, and what to do about it.
 * `message` says what happened, `suggestion` what to do, `detail` holds the values as fields, `cause` the error behind it.
 * A suggestion may name the lab as {lab}: what is shared does not know which it serves, and the edge fills it in.
 */
export class LabError extends Error {
  readonly kind: FailureKind;
  readonly suggestion: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    options: {
      kind?: FailureKind;
      suggestion?: string | undefined;
      detail?: Readonly<Record<string, unknown>>;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.kind = options.kind ?? 'internal';
    this.suggestion = options.suggestion;
    this.detail = options.detail ?? {};
  }
}

/** Whether it says that an engine is away: it may be back in a moment, and nothing else is known. */
export function isAway(error: unknown): boolean {
  return error instanceof LabError && error.kind === 'unavailable';
}

/** A suggestion as it is shown, in the lab that met the error. */
export function suggestionFor(error: LabError, lab: string): string | undefined {
  return error.suggestion?.replaceAll('{lab}', lab);
}

/** A text for any thrown value, with the causes behind it, one after the other. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${describeError(error.cause)})`;
  return `${error.message}${cause}`;
}
