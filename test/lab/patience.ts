/** Longer than a user would wait: on a busy machine two jobs are seldom at one position. */

const flags: Readonly<Record<string, readonly string[]>> = {
  switch: ['--wait', '600'],
  rollback: ['--wait', '600'],
  drop: ['--timeout', '600'],
};

/** What a test adds to a command that is to end well. */
export const patienceOf = (command: string): readonly string[] => flags[command] ?? [];
