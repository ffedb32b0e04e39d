/** Streams that keep what a command writes. */
export function recordedStreams(isTTY = false) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write(text: string, done?: () => void) {
      written[name] += text;
      done?.();
      return true;
    },
  });
  return { written, streams: { stdout: stream('stdout'), stderr: stream('stderr') } as never };
}
