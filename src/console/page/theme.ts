/** Light and dark: as the system has it, until the reader chooses. The choice stays on this machine. */
import { byId, setAttribute } from './dom.js';

const key = 'snacklab-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

export function theme(): 'light' | 'dark' {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return dark.matches ? 'dark' : 'light';
}

/** `changed` is called whenever the colours are other ones. */
export function startTheme(changed: () => void): { readonly toggle: () => void } {
  const kept = stored();
  if (kept !== null) document.documentElement.dataset.theme = kept;
  const button = byId('theme');
  const show = () => {
    setAttribute(button, 'aria-label', theme() === 'dark' ? 'Change to light' : 'Change to dark');
    changed();
  };
  const toggle = () => {
    const next = theme() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    // A browser that keeps nothing still shows what was chosen.
    try {
      localStorage.setItem(key, next);
    } catch {}
    show();
  };
  dark.addEventListener('change', show);
  button.addEventListener('click', toggle);
  show();
  return { toggle };
}

function stored(): string | null {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}
