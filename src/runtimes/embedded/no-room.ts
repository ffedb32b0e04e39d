/** Whether a failure says that there is no room for what was to be written: on the disk, in a quota, or beyond a limit. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '')) return true;
  return /No space left|disk full|File too large|Disk quota exceeded/i.test(error.message) || isNoRoom(error.cause);
}
