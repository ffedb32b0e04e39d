/**
 * Goal: the embedded runtime keeps what the ports promise, and its SQL counts the one corpus like every other layer.
 * Method: the facts that all runtimes are held to, each in a fresh folder.
 */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/runtimes/ports.js';
import { archiveBehaviour } from './archive-store.js';
import { batchEngineBehaviour } from './batch-engine.js';
import { endOf, messages } from './corpus.js';
import { corpusBehaviour, overflowBehaviour } from './corpus-behaviour.js';
import {
  openEmbeddedArchive,
  openEmbeddedDeadLetters,
  openEmbeddedEngine,
  openEmbeddedLog,
  openEmbeddedStore,
  openFresh,
  sqlLayer,
} from './embedded-runtime.js';
import { deadLetterBehaviour, logBehaviour } from './log.js';
import { servingStoreBehaviour } from './serving-store.js';

describe('the embedded serving store', () => servingStoreBehaviour(openEmbeddedStore));
describe('the embedded log', () => logBehaviour(openEmbeddedLog));
describe('embedded dead letters', () => deadLetterBehaviour(openEmbeddedDeadLetters));
describe('the embedded archive', () => archiveBehaviour(openEmbeddedArchive));
describe('the embedded batch engine', () => batchEngineBehaviour(openEmbeddedEngine));
describe('an archived message', () => {
  it('is given back in its own bytes, whether these are kept or written anew from the columns', async () => {
    await using fresh = await openFresh();
    const { archive } = fresh.data;
    const until = endOf(messages)[0]!;
    const written = messages.filter(({ partition }) => partition === 0);
    const range = { partition: 0, level: 0, from: 0, until };
    const temporary = await archive.createTemporary(range);
    await archive.append(temporary, written);
    await archive.finish(temporary, range);
    const read: Message[] = [];
    for (const file of await archive.list()) for await (const some of archive.readMessages(file)) read.push(...some);
    const bytes = ({ value }: Message) => (value === null ? null : Buffer.from(value).toString('latin1'));
    expect(read.map(bytes)).toEqual(written.map(bytes));
  });
});
describe('the SQL', () => {
  corpusBehaviour(sqlLayer);
  overflowBehaviour(sqlLayer);
});
