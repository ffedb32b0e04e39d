/**
 * The parts of kafkajs 2.2.4 below its public face that kafka-connection.ts uses: connections and request encoding.
 * kafkajs is not developed any more, so these do not move; its version is pinned all the same.
 */
declare module 'kafkajs/src/cluster/index.js' {
  export interface ProtocolRequest {
    readonly request: unknown;
    readonly requestTimeout: number;
    readonly response: {
      decode(answer: Buffer): Promise<Buffer>;
      parse(answer: Buffer): Promise<Buffer>;
    };
  }
  export interface Broker {
    readonly connectionPool: { send(request: ProtocolRequest): Promise<Buffer> };
  }
  export default class Cluster {
    constructor(options: Readonly<Record<string, unknown>>);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
    findBroker(broker: { readonly nodeId: string }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  const protocol: {
    readonly requests: {
      readonly Fetch: {
        protocol(version: {
          readonly version: number;
        }): (options: Readonly<Record<string, unknown>>) => { readonly request: unknown };
      };
    };
  };
  export default protocol;
}

declare module 'kafkajs/src/loggers/index.js' {
  const loggers: {
    createLogger(options: { readonly level: number; readonly logCreator: () => () => void }): unknown;
  };
  export default loggers;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  const createSocketFactory: () => unknown;
  export default createSocketFactory;
}
