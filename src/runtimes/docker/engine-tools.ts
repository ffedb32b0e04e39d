/** The engines' own tools: in which container of a lab each is opened, and how. Pure. */
import { eventTopic } from '../topics.js';
import { keyspace } from './schema.js';

export const toolNames = ['sql', 'hdfs', 'topic'] as const;
export type ToolName = (typeof toolNames)[number];

export interface EngineTool {
  /** What it speaks to. */
  readonly engine: string;
  /** The services whose containers have it; the first that runs is taken. */
  readonly services: readonly string[];
  /** What to try in it, for who has opened it without arguments. */
  readonly hint: string;
  /** The command in the container. */
  command(args: readonly string[]): readonly string[];
}

const consumer = ['kafka-run', 'org.apache.kafka.tools.consumer.ConsoleConsumer', '--bootstrap-server', 'kafka:29092'];
const shown = ['partition', 'offset'].flatMap((what) => ['--property', `print.${what}=true`]);

export const engineTools: Readonly<Record<ToolName, EngineTool>> = {
  sql: {
    engine: 'Cassandra',
    services: ['stream-runner'],
    hint: 'cqlsh in the keyspace snacklab: DESCRIBE TABLES; SELECT * FROM served_items_sold; EXIT leaves',
    command: (args) => ['cqlsh', 'cassandra', '9042', `--keyspace=${keyspace}`, ...args],
  },
  hdfs: {
    engine: 'HDFS',
    services: ['coordinator', 'namenode'],
    hint: 'a shell that has hdfs: hdfs dfs -ls -R /snacklab/archive; hdfs dfsadmin -report; exit leaves',
    command: (args) => (args.length === 0 ? ['bash'] : ['hdfs', ...args]),
  },
  topic: {
    engine: 'Kafka',
    services: ['kafka'],
    hint: 'new messages of the log as they come; Ctrl-C leaves; -- --from-beginning --max-messages 5 shows the first',
    command: (args) => [...consumer, ...(args.includes('--topic') ? [] : ['--topic', eventTopic]), ...shown, ...args],
  },
};
