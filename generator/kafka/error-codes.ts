/** The broker's error codes that a producer has to tell apart (Kafka documentation, "Error Codes"). */

const names: Readonly<Record<number, string>> = {
  [-1]: 'UNKNOWN_SERVER_ERROR',
  2: 'CORRUPT_MESSAGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  10: 'MESSAGE_TOO_LARGE',
  13: 'NETWORK_EXCEPTION',
  14: 'COORDINATOR_LOAD_IN_PROGRESS',
  15: 'COORDINATOR_NOT_AVAILABLE',
  16: 'NOT_COORDINATOR',
  19: 'NOT_ENOUGH_REPLICAS',
  20: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  45: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  46: 'DUPLICATE_SEQUENCE_NUMBER',
  47: 'INVALID_PRODUCER_EPOCH',
  56: 'KAFKA_STORAGE_ERROR',
  59: 'UNKNOWN_PRODUCER_ID',
};

const passing = new Set([3, 5, 6, 7, 13, 14, 15, 16, 19, 20, 56]);

/** What an error code asks for: nothing, sending the same again, or giving up on what is in flight. */
export function verdictOf(errorCode: number): 'done' | 'again' | 'give up' {
  // A repeated send whose first copy the broker has already: it is in the log, once.
  if (errorCode === 0 || errorCode === 46) return 'done';
  return passing.has(errorCode) ? 'again' : 'give up';
}

/** E.g. `NOT_LEADER_OR_FOLLOWER (6)`. */
export function describeErrorCode(errorCode: number): string {
  return `${names[errorCode] ?? 'error'} (${errorCode})`;
}
