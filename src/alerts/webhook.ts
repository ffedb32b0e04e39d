/** Sends notices of alerts to a webhook, as JSON by POST. */
import { LabError } from '../errors.js';
import type { SendNotice } from './keep-alerts.js';

/** What a webhook is sent. By `id` and `state` a notice is told from all others: it may come twice, after a crash. */
export interface WebhookBody {
  readonly schema: 'snacklab/alert';
  readonly version: 1;
  readonly lab: string;
  readonly id: number;
  readonly state: 'raised' | 'cleared';
  readonly rule: string;
  readonly subject: string;
  readonly says: string;
  /** Where this was decided, and when, epoch ms. */
  readonly pipeline: string;
  readonly position: readonly number[];
  readonly atMs: number;
}

const answerTimeoutMs = 5_000;

/** Anything but an answer from 200 to 299 counts as not arrived; redirections are not followed. */
export function webhookSender(url: string, lab: string): SendNotice {
  return async ({ id, rule, subject, says, raised, cleared }, state) => {
    const { pipeline, position, atMs } = state === 'raised' ? raised : (cleared ?? raised);
    const about = { id, state, rule, subject, says, pipeline, position, atMs };
    const body: WebhookBody = { schema: 'snacklab/alert', version: 1, lab, ...about };
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    // What it says is nobody's concern.
    await answer.body?.cancel();
    if (!answer.ok) throw new LabError(`the webhook answered ${answer.status}`, { kind: 'unavailable' });
  };
}
