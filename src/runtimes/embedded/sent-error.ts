/** An error as it goes to another process or thread, which knows no classes of this one. */
import { describeError, type FailureKind, LabError } from '../../errors.js';

export interface SentError {
  readonly kind: FailureKind;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An error as it is sent: its fields, with the causes told in its message. */
export function sentError(error: unknown): SentError {
  const message = describeError(error);
  if (!(error instanceof LabError)) return { kind: 'internal', message, detail: {} };
  const { kind, suggestion, detail } = error;
  return { kind, message, ...(suggestion === undefined ? {} : { suggestion }), detail };
}

/** The error that was sent, as if it had been thrown here. */
export function receivedError({ message, ...fields }: SentError): LabError {
  return new LabError(message, fields);
}
