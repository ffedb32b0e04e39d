/** What one ingestion service takes at most. Every bound has its own answer, so that a sender can tell them apart. */

export interface IngestionLimits {
  /** Of one request's body; beyond it 413. */
  readonly bodyBytesMax: number;
  /** In one request; beyond it 413. */
  readonly eventsMax: number;
  /** Of one event: the log takes messages of up to 1 MB, and several share a batch. Beyond it that event is refused. */
  readonly eventBytesMax: number;
  /** Of all bodies that are being read or stored at once; beyond it 503 with Retry-After. Memory is some three times it. */
  readonly bytesInFlightMax: number;
  /** Beyond it a connection is closed as it comes. */
  readonly connectionsMax: number;
  /** Until a request's headers are there, and until its body is: what takes longer gets 408. */
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** A connection on which nothing moves is closed. Longer than the log takes to acknowledge or to give up. */
  readonly idleTimeoutMs: number;
  /** What waits for so long for its turn is not handed to the log any more. */
  readonly waitMsMax: number;
}

export const defaultLimits: IngestionLimits = {
  bodyBytesMax: 4 << 20,
  eventsMax: 10_000,
  eventBytesMax: 256 << 10,
  bytesInFlightMax: 24 << 20,
  connectionsMax: 2_000,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 15_000,
  idleTimeoutMs: 60_000,
  waitMsMax: 10_000,
};

/** How long Kafka may take to acknowledge before what was sent is given up as unknown. */
export const deliveryTimeoutMs = 20_000;
/** Where the service listens in a lab in Docker, before `--port-base`. */
export const ingestionPort = 9022;
