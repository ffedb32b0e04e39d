/**
 * Goal: the archive's safety on a real HDFS: names are given once, refusals are seen, files are whole or not there.
 * Method: the archive's own client against the shared lab's NameNode, in folders of its own.
 */
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openWebHdfs, type WebHdfs } from '../../src/runtimes/docker/webhdfs.js';
import { openHdfsFromHost } from '../lab/hdfs.js';

const folder = `/test-${process.pid}`;

describe.runIf(inject('docker'))('HDFS', () => {
  let hdfs: WebHdfs;

  beforeAll(async () => {
    hdfs = await openHdfsFromHost();
    await hdfs.makeDirectory(folder);
  });

  afterAll(async () => {
    await hdfs.remove(folder);
  });

  const write = async (name: string, content: string) => {
    const writer = await hdfs.create(`${folder}/${name}`);
    await writer.write(Buffer.from(content));
    await writer.close();
  };
  const read = async (name: string) => text(await hdfs.open(`${folder}/${name}`));

  it('gives a name once: the second rename to it is refused, and changes nothing', async () => {
    await write('first', 'one');
    await write('second', 'two');
    expect(await hdfs.rename(`${folder}/first`, `${folder}/final`)).toBe(true);
    expect(await hdfs.rename(`${folder}/second`, `${folder}/final`)).toBe(false);
    expect(await read('final')).toBe('one');
    expect(await read('second')).toBe('two');
  });

  it('does not overwrite a file by creating it', async () => {
    await write('there', 'kept');
    await expect(write('there', 'lost')).rejects.toThrow('HDFS refused CREATE');
    expect(await read('there')).toBe('kept');
  });

  it('reads a part of a file', async () => {
    await write('long', '0123456789');
    expect(await text(await hdfs.open(`${folder}/long`, { offset: 3, length: 4 }))).toBe('3456');
  });

  it('says what is not there', async () => {
    expect(await hdfs.list(`${folder}/nothing`)).toEqual([]);
    expect(await hdfs.exists(`${folder}/nothing`)).toBe(false);
    expect(await hdfs.remove(`${folder}/nothing`)).toBe(false);
    await expect(hdfs.open(`${folder}/nothing`)).rejects.toThrow('HDFS refused OPEN');
  });

  it('and a NameNode that is away is an error that says what to do', async () => {
    const away = openWebHdfs('127.0.0.1:1');
    await expect(away.list('/')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('HDFS did not answer'),
      suggestion: expect.stringContaining('logs namenode'),
    });
  });
});
