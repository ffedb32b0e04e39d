/** The log's name, and that of the rejected messages: Kafka's topics, and the folders of a log in files. */

export const eventTopic = 'snack_automat_message';
export const deadLetterTopic = 'snack_automat_dead_letter';
