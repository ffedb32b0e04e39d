/**
 * An engine that holds containers, networks and volumes as lists and filters them by label as Docker does: `name=value`
 * or `name`, and all of several. What is removed is gone; `onStop` lets a test change things in between.
 */
import type { Engine } from '../../src/runtimes/docker/containers.js';

export interface FakeThing {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  state?: string;
  exitCode?: number;
  restarts?: number;
  startedAt?: string;
  health?: string;
}

export class FakeEngine {
  readonly containers: FakeThing[] = [];
  readonly networks: FakeThing[] = [];
  readonly volumes: FakeThing[] = [];
  readonly stopped: string[] = [];
  onStop: (name: string) => void = () => {};

  /** As the code under test takes it. */
  get engine(): Engine {
    return this as unknown as Engine;
  }

  /** Adds a container as compose makes it. */
  compose(project: string, service: string, dependsOn = '', more: Partial<FakeThing> = {}): FakeThing {
    const container = {
      name: `${project}-${service}-1`,
      labels: {
        'com.docker.compose.project': project,
        'com.docker.compose.service': service,
        'com.docker.compose.container-number': '1',
        'com.docker.compose.depends_on': dependsOn,
      },
      ...more,
    };
    this.containers.push(container);
    return container;
  }

  async listContainers(options: { filters: { label: string[] } }) {
    return labelled(this.containers, options).map(({ name }) => ({ Id: name }));
  }

  async listNetworks(options: { filters: { label: string[] } }) {
    return labelled(this.networks, options).map(({ name }) => ({ Id: name, Name: name }));
  }

  async listVolumes(options: { filters: { label: string[] } }) {
    return { Volumes: labelled(this.volumes, options).map(({ name }) => ({ Name: name })) };
  }

  getContainer(id: string) {
    return {
      inspect: async () => inspection(found(this.containers, id)),
      stop: async () => {
        const container = found(this.containers, id);
        if (container.state === 'exited') throw refusal(304, 'container already stopped');
        container.state = 'exited';
        this.stopped.push(id);
        this.onStop(id);
      },
      remove: async () => remove(this.containers, id),
    };
  }

  getNetwork = (id: string) => ({ remove: async () => remove(this.networks, id) });
  getVolume = (id: string) => ({ remove: async () => remove(this.volumes, id) });
}

function labelled(things: readonly FakeThing[], { filters }: { filters: { label: string[] } }): readonly FakeThing[] {
  return things.filter(({ labels }) =>
    filters.label.every((wanted) => {
      const [name, value] = wanted.split('=') as [string, string | undefined];
      return name in labels && (value === undefined || labels[name] === value);
    }),
  );
}

function inspection(container: FakeThing) {
  const { name, labels, state = 'running', exitCode = 0, restarts = 0, startedAt = '2026-01-01T00:00:00Z' } = container;
  const health = container.health === undefined ? {} : { Health: { Status: container.health } };
  return {
    Id: name,
    Name: `/${name}`,
    Config: { Labels: labels, Image: 'snacklab/service:0', Env: [] },
    State: { Status: state, ExitCode: exitCode, StartedAt: startedAt, OOMKilled: false, ...health },
    RestartCount: restarts,
    HostConfig: { RestartPolicy: { Name: 'unless-stopped' }, PortBindings: {} },
  };
}

function found(things: readonly FakeThing[], name: string): FakeThing {
  const thing = things.find((one) => one.name === name);
  if (thing === undefined) throw refusal(404, `no such thing: ${name}`);
  return thing;
}

function remove(things: FakeThing[], name: string): void {
  things.splice(things.indexOf(found(things, name)), 1);
}

function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}
