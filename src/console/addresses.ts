/** Where consoles are, and which addresses are reached from this machine alone. Pure. */

/** The port of a lab's console, before `--port-base` shifts it. */
export const usualConsolePort = 9021;

const loopback = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}
