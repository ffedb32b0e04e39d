/**
 * What the console last saw, and who is told: each client gets all of it at once when it comes, and then each part as it
 * changes. Clients are bounded, and one that does not read what it is sent is let go; it never holds up the others.
 */
import type { ActionView } from './actions.js';
import type { AnswerView } from './answers.js';
import type { History, Mark, Point } from './history.js';
import type { MachineView } from './model.js';

/** A point of one question's series, as it is sent. */
export interface NewPoint {
  readonly question: string;
  readonly sum: string;
  readonly point: Point;
}

/** The parts of what is shown, by the name of the event that carries it. */
export interface Parts {
  readonly machine: MachineView;
  readonly answers: { readonly answers: readonly AnswerView[]; readonly points: readonly NewPoint[] };
  readonly actions: readonly ActionView[];
  readonly mark: Mark;
  /** The console's time, said also while the lab does not answer: whoever hears nothing is cut off. */
  readonly beat: number;
}

/** What a client is sent first. `server` names this run of the console: another one has another history. */
export interface Welcome {
  readonly server: string;
  readonly version: string;
  readonly machine: MachineView;
  readonly answers: readonly AnswerView[];
  readonly actions: readonly ActionView[];
  readonly history: History;
}

/** Where events go to. `send` answers false when the client takes no more. */
export interface Client {
  readonly send: (event: string, data: string) => boolean;
  readonly end: () => void;
}

export interface Hub {
  readonly tell: <Name extends keyof Parts>(event: Name, part: Parts[Name]) => void;
  /** False when there are too many clients. */
  readonly join: (client: Client) => boolean;
  readonly leave: (client: Client) => void;
  readonly clients: () => number;
  readonly endAll: () => void;
}

export const clientsMax = 24;

/** `welcome` is asked when a client comes. */
export function openHub(welcome: () => Welcome): Hub {
  const clients = new Set<Client>();
  const leave = (client: Client) => void clients.delete(client);
  const letGo = (client: Client) => {
    leave(client);
    client.end();
  };
  return {
    tell(event, part) {
      if (clients.size === 0) return;
      const data = JSON.stringify(part);
      for (const client of [...clients]) if (!client.send(event, data)) letGo(client);
    },
    join(client) {
      if (clients.size >= clientsMax) return false;
      clients.add(client);
      if (!client.send('welcome', JSON.stringify(welcome()))) letGo(client);
      return true;
    },
    leave,
    clients: () => clients.size,
    endAll: () => [...clients].forEach(letGo),
  };
}
