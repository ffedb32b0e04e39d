/** Opening a reader of a log. */
import type { LogReader } from './ports.js';

/** The reader, once it is open. One that cannot be opened is closed again, and what it threw is thrown. */
export async function opened<Reader extends LogReader & { open(): Promise<void> }>(reader: Reader): Promise<Reader> {
  try {
    await reader.open();
    return reader;
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
}
