/**
 * Messages that a log might hold and should not: malformed ones, and valid ones that look it, from a seed.
 * Only messages, no verdicts: the layers are compared with each other on them. The corpus has the verdicts.
 */
import { eventText, validFields } from './case.js';
import { corpus } from './corpus.js';

/** `count` messages; the same seed gives the same ones. About one in six is valid, and a few are 900 KB. */
export function malformedMessages(seed: number, count: number): (Uint8Array | null)[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, i) =>
    i % 3000 === 2999 ? hugeMessage(random) : pick(random, kinds)(random),
  );
}

/** Integers from 0 up to `below`. mulberry32: small, and good enough to choose by. */
type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const pick = <T>(random: Random, choices: readonly T[]): T => choices[random(choices.length)]!;
const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const names = Object.keys(validFields);

/** Field values as they are written in the JSON text, right and wrong ones. */
const sources: readonly ((random: Random) => string)[] = [
  (random) => String(random(10)),
  (random) => `${random(10)}.0`,
  (random) => `${random(100)}e${random(4)}`,
  (random) => `${random(100)}e-${random(4)}`,
  (random) => `${random(1000)}.${random(1000)}`,
  (random) => `-${random(10)}`,
  (random) => `${9007199254740989n + BigInt(random(6))}`,
  (random) => `${9007199254740989n + BigInt(random(6))}.${random(10)}`,
  (random) => `1${'0'.repeat(random(400))}`,
  (random) => `0.${'0'.repeat(random(400))}${1 + random(9)}e${random(500)}`,
  (random) => `1${'0'.repeat(random(400))}e-${random(500)}`,
  (random) => `${random(10)}e${random(800) - 400}`.replace('e-', 'e-0'),
  (random) => pick(random, ['01', '+1', '.5', '1.', '1e', '--1', '0x1', 'NaN', 'Infinity', '-Infinity', '1_0', '']),
  (random) => pick(random, ['null', 'true', 'false', 'True', 'nul', 'undefined', '{}', '[]', '{"a":[1]}', '[[]]']),
  (random) => JSON.stringify(String(random(10))),
  (random) => pick(random, ['""', '"sale"', '"apple"', '"Sale"', '"twix"', '" "', '"a\\u0000b"', '"\\/"']),
  (random) => `"${'x'.repeat(random(80))}"`,
  (random) =>
    `"${pick(random, ['\\ud83d', '\\ude00', '\\ud83d\\ude00', '\u{1f600}', '\u00e9', '\\x', '\\u00g', '\\'])}"`,
  (random) => `"a${String.fromCharCode(random(40))}b"`,
];

const anySource = (random: Random) => pick(random, sources)(random);
const oneFieldChanged = (random: Random) => eventText({ [pick(random, names)]: anySource(random) });

/** A random JSON value that nests up to so many levels. */
function anyJson(random: Random, levels: number): string {
  const children = () => Array.from({ length: random(4) }, () => anyJson(random, levels - 1));
  switch (levels > 0 ? random(4) : 3) {
    case 0:
      return `[${children().join(',')}]`;
    case 1:
      return `{${children()
        .map((child) => `${JSON.stringify(pick(random, names))}:${child}`)
        .join(',')}}`;
    case 2:
      return JSON.stringify(String.fromCharCode(...Array.from({ length: random(8) }, () => random(0xffff))));
    default:
      return anySource(random);
  }
}

const withEnd = (text: string, end: string) => `${text.slice(0, -1)}${end}}`;

const kinds: readonly ((random: Random) => Uint8Array | null)[] = [
  (random) => utf8(oneFieldChanged(random)),
  (random) => utf8(oneFieldChanged(random)),
  (random) => utf8(eventText({ [pick(random, names)]: anySource(random), [pick(random, names)]: anySource(random) })),
  (random) => utf8(eventText({ [pick(random, names)]: null })),
  (random) => utf8(withEnd(eventText(), `,${JSON.stringify(pick(random, names))}:${anySource(random)}`)),
  (random) => utf8(withEnd(oneFieldChanged(random), `,${JSON.stringify(pick(random, names))}:${anySource(random)}`)),
  (random) => utf8(withEnd(eventText(), `,"extra":${anyJson(random, 5)}`)),
  (random) => utf8(anyJson(random, 4)),
  (random) => utf8(eventText().slice(0, random(eventText().length))),
  (random) => utf8(eventText() + pick(random, [' ', '\n', '\t', 'x', '}', ',', '\0', '{}', eventText(), '\ufeff'])),
  (random) => utf8(pick(random, [' ', '\n', '\r\n', '\f', '\u00a0', '\ufeff', ',', '[', '"', '#']) + eventText()),
  (random) => utf8(eventText().replaceAll(',', `,${pick(random, ['\n', '\t', ' ', '\r\n', '\v', '\u2028'])}`)),
  (random) => Buffer.from(oneFieldChanged(random), pick(random, ['utf16le', 'latin1', 'utf8'] as const)),
  (random) => mutated(random, Buffer.from(eventText())),
  (random) => mutated(random, Buffer.from(oneFieldChanged(random))),
  (random) => mutated(random, Buffer.from(eventText({ event_id: '"\u00e9\u20ac\u{1f600}\\ud83d\\ude00"' }))),
  (random) => Uint8Array.from({ length: random(60) }, () => random(256)),
  (random) => pick(random, [null, new Uint8Array(0), utf8('\n'), utf8('\t'), utf8('null'), utf8('{}'), utf8('[]')]),
  (random) =>
    pick(
      random,
      corpus.filter(({ value }) => value === null || value.length < 20_000),
    ).value,
];

/** Bytes flipped, dropped, put in, or moved, up to four times. */
function mutated(random: Random, original: Buffer): Uint8Array {
  let bytes = [...original];
  for (let left = 1 + random(4); left > 0 && bytes.length > 0; left--) {
    const at = random(bytes.length);
    const edits: readonly (() => void)[] = [
      () => bytes.splice(at, 1),
      () => bytes.splice(at, 1, bytes[at]! ^ (1 << random(8))),
      () => bytes.splice(at, 0, random(256)),
      () => bytes.splice(at, 1, ...Buffer.from(pick(random, ['"', '\\', ',', ':', '{', '}', '0', '-', 'e', '.', ' ']))),
      () => {
        bytes = [...bytes.slice(at), ...bytes.slice(0, at)];
      },
      () => bytes.splice(at, random(10)),
    ];
    pick(random, edits)();
  }
  return Uint8Array.from(bytes);
}

function hugeMessage(random: Random): Uint8Array {
  const fill = pick(random, ['x', '[', '9', ' ', '\n', '\\u0041', '\\', '{"a":', '\u20ac']);
  const filled = fill.repeat(Math.floor(900_000 / Buffer.byteLength(fill)));
  return utf8(
    pick(random, [withEnd(eventText(), `,"extra":"${filled}"`), eventText({ event_id: `"${filled}"` }), filled]),
  );
}
