/** `up`: brings a lab up in the runtime that is meant, which is docker unless an embedded one is up or asked for. */
import { webhookAddress } from '../../config/service.js';
import { chooseRuntime } from '../choose-runtime.js';
import type { CommandContext, CommandInput, Report } from '../report.js';

export async function run(input: CommandInput, context: CommandContext): Promise<Report> {
  // What does not fit would only be seen in a log.
  webhookAddress(context.config.inherited);
  const choice = await chooseRuntime(input, context, 'docker');
  if (choice.runtime === 'embedded') return (await import('./up-embedded.js')).upEmbedded(input, choice, context);
  return (await import('./up-docker.js')).upDocker(input, context);
}
