/** The book as it is kept in the serving store: one state that changes under its version, by one change at a time. */
import { LabError } from '../errors.js';
import type { ServingStore } from '../runtimes/ports.js';
import { type Book, bookSchema, differs, emptyBook } from './book.js';

type Store = Pick<ServingStore, 'readState' | 'putState' | 'changeState'>;

/** Of no pipeline: their names end with a number. */
const bookName = 'alerts';

/** A book that others may keep as well. */
export interface KeptBook {
  /** As it was last known to be stored. */
  book(): Book;
  /**
   * Stores what `change` makes of the book; where somebody else has changed it, `change` is asked again, of that one. So it
   * has to be pure. Throws `unavailable` where it is in doubt whether it was stored: begin anew then.
   */
  update(change: (book: Book) => Book): Promise<Book>;
  /** Reads anew what somebody else may have changed. */
  refresh(): Promise<void>;
}

/** The alerts of a lab; undefined where nobody has kept any. */
export async function readBook(store: Pick<ServingStore, 'readState'>): Promise<Book | undefined> {
  const record = await store.readState(bookName);
  return record === undefined ? undefined : parsedBook(record.state);
}

export async function openBook(store: Store): Promise<KeptBook> {
  let version = 0;
  let book = emptyBook;

  async function reload(): Promise<void> {
    const record = await store.readState(bookName);
    if (record === undefined) throw new LabError('the book of alerts is gone', { kind: 'unavailable' });
    if (record.version === version) return;
    book = parsedBook(record.state);
    version = record.version;
  }

  async function apply(change: (book: Book) => Book): Promise<Book> {
    for (;;) {
      const next = change(book);
      if (!differs(book, next)) {
        book = next;
        return book;
      }
      const outcome = await store.changeState(bookName, version, JSON.stringify(next));
      if (outcome === 'in-doubt') throw inDoubt();
      if (outcome === 'refused') await reload();
      else {
        version += 1;
        book = next;
        return book;
      }
    }
  }

  if ((await store.putState(bookName, { version: 1, state: JSON.stringify(emptyBook) })) === 'in-doubt')
    throw inDoubt();
  await reload();
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: none of them sees another half done. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const acted = last.then(act);
    last = acted.catch(() => {});
    return acted;
  };
  return {
    book: () => book,
    update: (change) => inTurn(() => apply(change)),
    refresh: () => inTurn(reload),
  };
}

function parsedBook(state: string): Book {
  const parsed = bookSchema.safeParse(JSON.parse(state));
  if (parsed.success) return parsed.data;
  throw new LabError('the book of alerts was written by another version of snacklab', {
    kind: 'unavailable',
    suggestion: 'begin anew: snacklab {lab} down --volumes, then up',
  });
}

function inDoubt(): LabError {
  return new LabError('it is in doubt whether a change of the book of alerts was stored: it is read anew', {
    kind: 'unavailable',
  });
}
