/** The shared lab's HDFS, from the host. */
import type { LookupFunction } from 'node:net';
import { openWebHdfs, type WebHdfs } from '../../src/runtimes/docker/webhdfs.js';
import { docker } from './lab.js';
import { container } from './lambda.js';

export async function openHdfsFromHost(): Promise<WebHdfs> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const address = await docker('inspect', '--format', format, container('datanode'));
  // The NameNode names its DataNode by a name that only the lab's network knows.
  const lookup: LookupFunction = (_name, options, done) =>
    options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
  return openWebHdfs('127.0.0.1:29870', lookup);
}
