/** Waiting for things that go on side by side, so that none outlives what they have in common. */

/** All of them, or the first error once all have ended: none goes on in a lab that is being taken down, or fails unheard. */
export async function settled<T extends readonly unknown[] | []>(
  parts: T,
): Promise<{ -readonly [Part in keyof T]: Awaited<T[Part]> }> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    await Promise.allSettled(parts);
    throw error;
  }
}
