import { describe, expect, it } from 'vitest';
import { pageHeader, refusedHost, refusedPress, refusedReader } from '../../src/console/guard.js';
import { bounded } from '../../src/console/pace.js';
import { mustBeSafe } from '../../src/console/run-console.js';

const open = { token: undefined };
const locked = { token: 'a-token-of-sixteen-letters' };
const own = { host: '127.0.0.1:9021', [pageHeader]: '1' };

describe('who may ask the console', () => {
  it('answers under this machine’s own names only: a foreign name that points here is refused', () => {
    for (const host of ['127.0.0.1:9021', 'localhost', '[::1]:19021'])
      expect(refusedHost(open, { host })).toBeUndefined();
    for (const host of ['evil.example:9021', '127.0.0.1.evil.example', undefined, 'localhost.evil.example']) {
      expect(refusedHost(open, { host })).toMatchObject({ status: 421 });
    }
  });

  it('lets no other origin read or press', () => {
    expect(refusedPress(open, { ...own, origin: 'http://127.0.0.1:9021' })).toBeUndefined();
    expect(refusedPress(open, { ...own, origin: 'http://127.0.0.1:8000' })).toMatchObject({ status: 403 });
    expect(refusedPress(open, { ...own, origin: 'null' })).toMatchObject({ status: 403 });
    expect(refusedPress(open, { ...own, 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(refusedReader(open, { ...own, 'sec-fetch-site': 'same-site' })).toMatchObject({ status: 403 });
  });

  it('wants a header that no form can send', () => {
    expect(refusedPress(open, { host: own.host })).toMatchObject({ status: 403 });
  });

  it('wants the token where one is set, for reading and for pressing', () => {
    const headers = { ...own, host: 'lab.example:9021' };
    const right = { ...headers, authorization: `Bearer ${locked.token}` };
    expect(refusedHost(locked, headers)).toBeUndefined();
    expect(refusedReader(locked, headers)).toMatchObject({ status: 401 });
    expect(refusedPress(locked, { ...headers, authorization: 'Bearer a-token' })).toMatchObject({ status: 401 });
    expect(refusedReader(locked, right)).toBeUndefined();
    expect(refusedPress(locked, right)).toBeUndefined();
  });

  it('does not listen for others without a token', () => {
    const settings = { token: undefined, isPrivate: false };
    for (const host of ['127.0.0.1', '::1', 'localhost', '127.1.2.3'])
      expect(() => mustBeSafe({ ...settings, host })).not.toThrow();
    for (const host of ['0.0.0.0', '::', '192.168.0.7', '127.0.0.1.evil'])
      expect(() => mustBeSafe({ ...settings, host })).toThrow('token');
    expect(() => mustBeSafe({ host: '0.0.0.0', token: 'short', isPrivate: false })).toThrow('16');
    expect(() => mustBeSafe({ host: '0.0.0.0', token: undefined, isPrivate: true })).not.toThrow();
  });
});

it('takes so many requests at once, and then as many as come back with time', () => {
  let nowMs = 0;
  const may = bounded({ most: 3, perSecond: 2 }, () => nowMs);
  expect([may(), may(), may(), may()]).toEqual([true, true, true, false]);
  nowMs = 500;
  expect([may(), may()]).toEqual([true, false]);
});
