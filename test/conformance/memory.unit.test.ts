/**
 * Goal: the memory runtime keeps what the ports promise, as the runtimes with engines do.
 * Method: the facts that all runtimes are held to, each in a world of its own.
 */
import { describe } from 'vitest';
import { archiveBehaviour } from './archive-store.js';
import { batchEngineBehaviour } from './batch-engine.js';
import { deadLetterBehaviour, logBehaviour } from './log.js';
import {
  openMemoryArchive,
  openMemoryDeadLetters,
  openMemoryEngine,
  openMemoryLog,
  openMemoryStore,
} from './memory-runtime.js';
import { servingStoreBehaviour } from './serving-store.js';

describe('the serving store in memory', () => servingStoreBehaviour(openMemoryStore));
describe('the log in memory', () => logBehaviour(openMemoryLog));
describe('dead letters in memory', () => deadLetterBehaviour(openMemoryDeadLetters));
describe('the archive in memory', () => archiveBehaviour(openMemoryArchive));
describe('the batch engine in memory', () => batchEngineBehaviour(openMemoryEngine));
