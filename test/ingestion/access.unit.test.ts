/** Goal: without a token only this machine's programs are let in, never a web page; with one only who has it. */
import { describe, expect, it } from 'vitest';
import { ingestionConfig, ingestionToken } from '../../src/config/service.js';
import { LabError } from '../../src/errors.js';
import { assertGuarded, denialOf } from '../../src/ingestion/access.js';

const token = 'a-token-of-24-characters';
const asking = { host: 'localhost:9022', origin: undefined, authorization: undefined };

describe('a request', () => {
  it.each(['localhost', 'LOCALHOST:9022', '127.0.0.1:19022', '[::1]:9022'])('to %s is of this machine', (host) => {
    expect(denialOf({ token: undefined }, { ...asking, host })).toBeUndefined();
  });

  it.each(['snacks.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.7:9022', '', undefined])(
    'to %s is not, as after DNS rebinding',
    (host) => {
      expect(denialOf({ token: undefined }, { ...asking, host })).toMatchObject({ status: 403 });
    },
  );

  it.each(['http://evil.example', 'null', 'https://localhost:9022', 'http://localhost:3000'])(
    'of a page of %s is refused, with a token too',
    (origin) => {
      expect(denialOf({ token: undefined }, { ...asking, origin })).toMatchObject({ status: 403 });
      const authorization = `Bearer ${token}`;
      expect(denialOf({ token }, { ...asking, origin, authorization })).toMatchObject({ status: 403 });
    },
  );

  it.each([undefined, 'Bearer', 'Bearer another', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`])(
    'with the authorization %s is refused where a token is asked for',
    (authorization) => {
      expect(denialOf({ token }, { ...asking, authorization })).toMatchObject({ status: 401 });
    },
  );

  it('with the token is let in from anywhere, and health needs none', () => {
    const far = { ...asking, host: 'lab.example' };
    expect(denialOf({ token }, { ...far, authorization: `bearer  ${token}` })).toBeUndefined();
    expect(denialOf({ token }, far, true)).toBeUndefined();
    expect(denialOf({ token: undefined }, far, true)).toMatchObject({ status: 403 });
  });
});

describe('an address', () => {
  it.each(['127.0.0.1', 'localhost', '::1'])('%s needs no token', (host) => {
    expect(() => assertGuarded(host, { token: undefined }, false)).not.toThrow();
  });

  it.each(['0.0.0.0', '::', '192.168.0.4'])('%s needs one, unless the network is the lab’s own', (host) => {
    expect(() => assertGuarded(host, { token: undefined }, false)).toThrow(LabError);
    expect(() => assertGuarded(host, { token }, false)).not.toThrow();
    expect(() => assertGuarded(host, { token: undefined }, true)).not.toThrow();
  });
});

describe('the environment', () => {
  const lab = { SNACKLAB_LAB: 'kappa', SNACKLAB_KAFKA: 'kafka:29092', SNACKLAB_CASSANDRA: 'cassandra:9042' };

  it('says token and network; without it the network is open', () => {
    expect(ingestionConfig(lab)).toMatchObject({ token: undefined, isPrivateNetwork: false });
    const set = { ...lab, SNACKLAB_INGEST_NETWORK: 'private', SNACKLAB_INGEST_TOKEN: token };
    expect(ingestionConfig(set)).toMatchObject({ token, isPrivateNetwork: true });
    expect(ingestionToken({ SNACKLAB_INGEST_TOKEN: '' })).toBeUndefined();
  });

  it.each(['short', 'with a space and long enough', `${'x'.repeat(600)}`])('refuses %s without telling it', (given) => {
    let said = '';
    try {
      ingestionToken({ SNACKLAB_INGEST_TOKEN: given });
    } catch (error) {
      said = JSON.stringify({ ...(error as LabError), message: (error as LabError).message });
    }
    expect(said).toContain('SNACKLAB_INGEST_TOKEN');
    expect(said).not.toContain(given);
  });
});
