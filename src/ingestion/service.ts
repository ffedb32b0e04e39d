/** The ingestion service's process: takes events over HTTP and puts them into the lab's Kafka. */
import { openProducer, producerDefaults } from '../../generator/kafka/producer.js';
import { ingestionConfig } from '../config/service.js';
import { runService } from '../runtimes/docker/service-runtime.js';
import { eventTopic } from '../runtimes/topics.js';
import { keepIngestion } from './keep-ingestion.js';
import { deliveryTimeoutMs, ingestionPort } from './limits.js';

await runService('ingestion', async (scope) => {
  const { kafka, token, isPrivateNetwork } = ingestionConfig();
  let away: string | undefined;
  await using producer = await openProducer({
    ...producerDefaults,
    ...{ bootstrap: kafka, topic: eventTopic, clientId: 'snacklab-ingestion', deliveryTimeoutMs },
    ...{ stop: scope.stop, say: scope.say },
    onReach: (lost) => {
      away = lost?.message;
    },
  });
  const doors = [{ listen: { host: '0.0.0.0', port: ingestionPort }, access: { token } }];
  await keepIngestion({ producer, doors, isPrivateNetwork, away: () => away }, scope);
});
