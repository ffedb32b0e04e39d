/** Goal: `shell` finds the container that has a tool, or says why there is none; and gives the tool what is meant for it. */
import { describe, expect, it } from 'vitest';
import { dockerLab } from '../../src/cli/docker-lab.js';
import type { LabName } from '../../src/resources.js';
import { terminalCommand } from '../../src/runtimes/docker/container-terminal.js';
import type { Engine, LabContainer } from '../../src/runtimes/docker/containers.js';
import { engineTools, type ToolName } from '../../src/runtimes/docker/engine-tools.js';

const noEngine = {} as Engine;

/** Containers by service, with their states. */
function found(lab: LabName, states: Readonly<Record<string, string>>, tool: ToolName): string {
  const containers = Object.entries(states).map(
    ([service, state]) => ({ service, state, name: `snacklab-${lab}-${service}-1` }) as LabContainer,
  );
  return dockerLab(noEngine, lab, containers).toolContainer(tool);
}

describe('the container of a tool', () => {
  it('is the first that runs of those that have it', () => {
    expect(found('lambda', { kafka: 'running' }, 'topic')).toBe('snacklab-lambda-kafka-1');
    expect(found('lambda', { coordinator: 'running', namenode: 'running' }, 'hdfs')).toBe(
      'snacklab-lambda-coordinator-1',
    );
    expect(found('lambda', { coordinator: 'exited', namenode: 'running' }, 'hdfs')).toBe('snacklab-lambda-namenode-1');
  });

  it('may not run, or not be there', () => {
    expect(() => found('lambda', { kafka: 'exited' }, 'topic')).toThrow('has no running kafka (it is exited)');
    expect(() => found('kappa', { kafka: 'running' }, 'hdfs')).toThrow('this kappa lab has no HDFS');
  });
});

describe('a tool', () => {
  it('follows the log, unless it is given another topic', () => {
    expect(engineTools.topic.command([]).join(' ')).toContain('--topic snack_automat_message');
    const letters = engineTools.topic.command(['--topic', 'snack_automat_dead_letter']).join(' ');
    expect(letters.match(/--topic/g)).toHaveLength(1);
  });

  it('is given a terminal where there is one', () => {
    const order = { container: 'c', command: ['bash'] };
    expect(terminalCommand({ ...order, isTerminal: true })).toEqual(['docker', 'exec', '-i', '-t', 'c', 'bash']);
    expect(terminalCommand({ ...order, isTerminal: false })).toEqual(['docker', 'exec', '-i', 'c', 'bash']);
  });
});
