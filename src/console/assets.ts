/** The files of the page, read once when the server starts, each with its packed form. No path of a request is ever opened. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
}

const files: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
  '/blank': { file: 'blank.html', type: 'text/html; charset=utf-8' },
};

/** All files of the page, by the path they are asked for. */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const read = async ([path, { file, type }]: [string, (typeof files)[string]]) => {
    const bytes = await readFile(join(folder, file));
    return [path, { type, bytes, packed: await promisify(gzip)(bytes, { level: 9 }) }] as const;
  };
  return new Map(await Promise.all(Object.entries(files).map(read)));
}

/**
 * The policy of the page: it runs no script and takes no style but its own files and what lies in the page itself, each
 * named by its hash, so that nothing that came in with data is ever either.
 * Source: W3C, "Content Security Policy Level 3".
 */
export function policyOf(assets: ReadonlyMap<string, Asset>): string {
  const html = assets.get('/')?.bytes.toString('utf8') ?? '';
  const within = (element: string) =>
    [...html.matchAll(new RegExp(`<${element}(?: [^>]*)?>([\\s\\S]+?)</${element}>`, 'g'))].map(([, text]) => {
      const hash = createHash('sha256').update(text!).digest('base64');
      return `'sha256-${hash}'`;
    });
  return [
    "default-src 'none'",
    ["script-src 'self'", ...within('script')].join(' '),
    ["style-src 'self'", ...within('style')].join(' '),
    ...["img-src 'self' data:", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; ');
}
