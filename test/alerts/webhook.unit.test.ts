/** Goal: a webhook gets what an alert is about, and what it did not take is known. Method: a server on this machine. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookSender } from '../../src/alerts/webhook.js';
import { webhookAddress } from '../../src/config/service.js';

const decided = (number: number) => ({
  pipeline: 'kappa-1',
  generation: 1,
  number,
  position: [number, 0],
  atMs: number,
});
const alert = {
  ...{ id: 7, rule: 'machine-broken', subject: 'machine SNACK--3', says: 'machine SNACK--3, problem "silent" <b>' },
  ...{ raised: decided(4), cleared: decided(9), told: true, settlesMs: 0, missingSinceMs: 9 },
};

let url: string;
let status = 200;
const got: { type: string | undefined; body: unknown }[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  got.push({ type: request.headers['content-type'], body: JSON.parse(Buffer.concat(chunks).toString()) });
  response.writeHead(status, { location: '/elsewhere' }).end('thanks');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts?key=k`;
});
afterAll(() => server.close());

describe('the webhook', () => {
  it('is sent an alert as it was raised, and as it was cleared', async () => {
    status = 204;
    const send = webhookSender(url, 'kappa');
    await send(alert, 'raised');
    await send(alert, 'cleared');
    const common = { schema: 'snacklab/alert', version: 1, lab: 'kappa', id: 7, rule: alert.rule, says: alert.says };
    expect(got.map(({ body }) => body)).toMatchObject([
      { ...common, state: 'raised', pipeline: 'kappa-1', position: [4, 0], atMs: 4 },
      { ...common, state: 'cleared', position: [9, 0], atMs: 9 },
    ]);
    expect(got[0]!.type).toBe('application/json');
  });

  it.each([301, 400, 404, 500, 503])('has not taken what it answers with %i', async (answered) => {
    status = answered;
    await expect(webhookSender(url, 'kappa')(alert, 'raised')).rejects.toThrow(`the webhook answered ${answered}`);
  });

  it('has not taken what nobody answers', async () => {
    await expect(webhookSender('http://127.0.0.1:1/', 'kappa')(alert, 'raised')).rejects.toThrow();
  });

  it('has an address of HTTP, and no secret of it is told where it has not', () => {
    expect(webhookAddress({ SNACKLAB_WEBHOOK: '' })).toBeUndefined();
    expect(webhookAddress({ SNACKLAB_WEBHOOK: url })).toBe(url);
    const withUser = ['https://user:secret@example.org', 'http://secret@example.org/'];
    for (const wrong of [
      'ftp://secret@example.org',
      'secret',
      'example.org/secret',
      'javascript:secret',
      ...withUser,
    ]) {
      const read = () => webhookAddress({ SNACKLAB_WEBHOOK: wrong });
      expect(read).toThrow(
        'SNACKLAB_WEBHOOK is not an address that begins with http:// or https:// and has no user in it',
      );
      expect(read).not.toThrow('secret');
    }
  });
});
