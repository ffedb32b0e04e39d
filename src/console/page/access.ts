/** What this page sends so that the console takes it for its own: a header that no form can send, and the token if there is one. */

const key = 'snacklab-token';

/** The token of the address, which `up` printed. It is taken out of the address and kept for this tab alone. */
export function takeToken(): void {
  const found = /[#&]token=([\w-]+)/.exec(location.hash)?.[1];
  if (found === undefined) return;
  sessionStorage.setItem(key, found);
  history.replaceState(null, '', location.pathname);
}

export function ownHeaders(): Record<string, string> {
  const token = sessionStorage.getItem(key);
  return { 'x-snacklab-console': '1', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
}
