/**
 * Transactions one after the other, and those that wait at the same time as one: syncing the disk is most of what a small
 * transaction costs. Where one of a group fails, each is done by itself, so nobody fails for another's reason; only
 * a commit that fails is everybody's.
 */

/** A transaction that is to be done: `work` may be run again, since what it did before was taken back. */
interface Waiting<Statements> {
  readonly work: (statements: Statements) => Promise<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** How a group begins and ends; `rollback` never throws. */
export interface Brackets<Statements> {
  readonly statements: Statements;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface GroupCommit<Statements> {
  /** Resolves once what `work` did is committed, in the order of the calls. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** Resolves when nothing is waiting any more. */
  settled(): Promise<void>;
}

const groupMax = 64;

export function groupCommit<Statements>(brackets: Brackets<Statements>): GroupCommit<Statements> {
  const waiting: Waiting<Statements>[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupMax);
      if (group.length > 1 && (await runGroup(brackets, group))) continue;
      for (const one of group) await runAlone(brackets, one);
    }
    running = undefined;
  };
  return {
    transaction: <T>(work: (statements: Statements) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve, reject });
        // Later in this turn: whoever asks for several at once gets them in one group.
        running ??= Promise.resolve().then(runAll);
      }),
    settled: async () => {
      while (running !== undefined) await running;
    },
  };
}

/** False where any of them failed before the commit: then nothing of the group is left. */
async function runGroup<S>(brackets: Brackets<S>, group: readonly Waiting<S>[]): Promise<boolean> {
  const results: unknown[] = [];
  try {
    await brackets.begin();
    for (const { work } of group) results.push(await work(brackets.statements));
  } catch {
    await brackets.rollback();
    return false;
  }
  try {
    await brackets.commit();
  } catch (error) {
    // In doubt: done again, a conditional write that was applied would look refused (protocol rule 3).
    await brackets.rollback();
    for (const { reject } of group) reject(error);
    return true;
  }
  for (const [i, { resolve }] of group.entries()) resolve(results[i] as never);
  return true;
}

async function runAlone<S>(brackets: Brackets<S>, { work, resolve, reject }: Waiting<S>): Promise<void> {
  try {
    await brackets.begin();
    const result = await work(brackets.statements);
    await brackets.commit();
    resolve(result as never);
  } catch (error) {
    // Clean-up never hides the first error; a failed COMMIT has ended the transaction itself.
    await brackets.rollback();
    reject(error);
  }
}
