/** One sale of one item: a message of the log that passed the rule. Money is integer cents, `timestamp` epoch ms. */
export interface SaleEvent {
  readonly event_id: string;
  readonly kind: 'sale';
  readonly purchase_id: string;
  /** 1 is the purchase itself, the others are its further items. */
  readonly purchase_index: number;
  readonly snack_automat_id: string;
  readonly item: string;
  readonly slot: number;
  readonly customer_id: number;
  readonly healthy: boolean;
  readonly price_cents: number;
  readonly cost_cents: number;
  readonly timestamp: number;
}

/** A field's value once the rule has been applied. */
export type FieldValue = string | number | boolean;

/** A valid event as the folds see it: the rule's fields by name. Unknown fields are gone. */
export type EventFields = Readonly<Record<string, FieldValue>>;

/** What the rule says of one message. `reason` is a short stable text, e.g. `price_cents: not an integer`. */
export type Judgement = { readonly event: EventFields } | { readonly reason: string };
