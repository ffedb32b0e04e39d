/** What every event has, whatever happened. `timestamp` is epoch ms. */
interface EventBase {
  readonly event_id: string;
  readonly kind: 'sale' | 'refill' | 'heartbeat';
  readonly snack_automat_id: string;
  readonly timestamp: number;
}

/** One sale of one item. Money is integer cents. */
export interface SaleEvent extends EventBase {
  readonly kind: 'sale';
  readonly purchase_id: string;
  /** 1 is the purchase itself, the others are its further items. */
  readonly purchase_index: number;
  readonly item: string;
  readonly slot: number;
  readonly customer_id: number;
  readonly healthy: boolean;
  readonly price_cents: number;
  readonly cost_cents: number;
}

/** So many items were put into a slot: 0 where nothing was missing. */
export interface RefillEvent extends EventBase {
  readonly kind: 'refill';
  readonly item: string;
  readonly slot: number;
  readonly quantity: number;
}

/** A machine says that it is there, and how it is. */
export interface HeartbeatEvent extends EventBase {
  readonly kind: 'heartbeat';
  readonly status: 'ok' | 'error';
}

/** A message of the log that passed the rule, with its fields in the rule's order. */
export type LabEvent = SaleEvent | RefillEvent | HeartbeatEvent;

/** A field's value once the rule has been applied. */
export type FieldValue = string | number | boolean;

/** A valid event as the folds see it: by name the fields that the rule has for its kind. All others are gone. */
export type EventFields = Readonly<Record<string, FieldValue>>;

/** What the rule says of one message. `reason` is a short stable text, e.g. `price_cents: not an integer`. */
export type Judgement = { readonly event: EventFields } | { readonly reason: string };
