/** The buttons: each asks the console for what the command of its name does; what came of it is listed beside them. */
import type { ActionView } from '../actions.js';
import { byId, element, keepList, setAttribute, setHidden, setText } from './dom.js';
import { clockTime } from './format.js';
import { press } from './press.js';
import type { PageState } from './state.js';

export interface Controls {
  readonly show: () => void;
  readonly togglePause: () => void;
  readonly batch: () => void;
  readonly moveTo: (version: string) => void;
  readonly drop: (version: string) => void;
  readonly openStart: () => void;
}

const shownMax = 4;

export function openControls(state: PageState): Controls {
  const refusals: ActionView[] = [];
  const show = () => showControls(state, refusals);
  const send = async (action: Parameters<typeof press>[0]) => {
    const refusal = await press(action);
    if (refusal === undefined) return;
    const shared = {
      action: action.action,
      atMs: Date.now(),
      state: 'failed',
      suggestion: null,
      tookMs: null,
    } as const;
    refusals.unshift({ ...shared, id: -Date.now(), text: refusal });
    refusals.length = Math.min(refusals.length, shownMax);
    show();
  };
  // By key as by button: what the page does not know the state of, it does not change.
  const togglePause = () =>
    void (!isOff(state) && send({ action: state.machine?.seen?.generator.paused ? 'resume' : 'pause' }));
  const batch = () => void (!isOff(state) && state.machine?.lab === 'lambda' && send({ action: 'batch' }));
  const moveTo = (version: string) => void send({ action: 'switch', version });
  const drop = async (version: string) => {
    if (
      await isSure(`Drop ${version}?`, 'Its job ends and what it has stored is removed. This cannot be taken back.')
    ) {
      void send({ action: 'drop', version });
    }
  };
  byId('pause').addEventListener('click', togglePause);
  byId('batch').addEventListener('click', batch);
  byId('rollback').addEventListener('click', () => void send({ action: 'rollback' }));
  byId('rate-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void send({ action: 'rate', rate: byId<HTMLInputElement>('rate').valueAsNumber });
  });
  const openStart = startDialog(state, (as, questions) => void send({ action: 'start', as, questions }));
  return { show, togglePause, batch, moveTo, drop: (version) => void drop(version), openStart };
}

/** The page's own question: the browser's would stop the stream meanwhile. */
async function isSure(title: string, text: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>('sure');
  setText(byId('sure-title'), title);
  setText(byId('sure-text'), text);
  dialog.returnValue = 'cancel';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return dialog.returnValue === 'go';
}

function startDialog(state: PageState, start: (as: string, questions: string) => void): () => void {
  const dialog = byId<HTMLDialogElement>('start');
  const [as, questions] = [byId<HTMLInputElement>('start-as'), byId<HTMLTextAreaElement>('start-questions')];
  const open = () => {
    if (dialog.open || isOff(state)) return;
    const lambda = state.machine?.lab === 'lambda';
    const numbers = (state.machine?.seen?.versions ?? []).map(({ version }) => Number(version.slice(1)));
    as.value = `v${Math.max(0, ...numbers) + 1}`;
    setText(byId('start-title'), lambda ? 'Change: a new version' : 'Replay: a new version');
    setText(
      byId('start-note'),
      lambda
        ? 'The batch counts the archive anew beside the live version, and a second speed layer goes on from there.'
        : 'A second job reads the log from its beginning into an output of its own, while the live version serves.',
    );
    dialog.showModal();
    as.select();
  };
  byId('start-open').addEventListener('click', open);
  byId('start-cancel').addEventListener('click', () => dialog.close());
  byId('start-form').addEventListener('submit', () => start(as.value, questions.value));
  return open;
}

function showControls(state: PageState, refusals: readonly ActionView[]): void {
  const { machine, actions } = state;
  const generator = machine?.seen?.generator;
  setText(byId('pause'), generator?.paused ? 'Resume' : 'Pause');
  setHidden(byId('batch'), machine?.lab !== 'lambda');
  const rate = byId<HTMLInputElement>('rate');
  if (document.activeElement !== rate && generator?.wantedRate != null) rate.value = String(generator.wantedRate);
  byId<HTMLButtonElement>('rollback').disabled = !(machine?.seen?.versions.some(({ previous }) => previous) ?? false);
  for (const id of ['pause', 'batch', 'start-open'] as const) byId<HTMLButtonElement>(id).disabled = isOff(state);
  const shown = [...refusals, ...actions].sort((a, b) => b.atMs - a.atMs).slice(0, shownMax);
  keepList(byId('activity'), shown, ({ id }) => String(id), makeAction, updateAction);
}

/** Whether nothing is known of the lab now. */
function isOff({ machine, standing }: PageState): boolean {
  return machine?.seen == null || machine.problem !== null || standing.state !== 'live';
}

function makeAction({ action, atMs }: ActionView): HTMLElement {
  const name = action === 'start' ? 'new version' : action;
  return element('p', { class: 'did' }, element('time', {}, clockTime(atMs)), element('b', {}, name), element('span'));
}

function updateAction(made: HTMLElement, { state, text, suggestion }: ActionView): void {
  setAttribute(made, 'data-state', state);
  const shown = state === 'running' && text === '' ? '…' : text;
  setText(made.children[2]!, suggestion === null ? shown : `${shown} Try: ${suggestion}`);
}
