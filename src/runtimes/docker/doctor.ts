/**
 * Judges whether this machine can run a lab: facts in, one check each out, with a remedy for what is missing. Pure;
 * ./doctor-facts.ts gathers the facts. `up` refuses to start on what is missing here; notes do not stop it.
 */
import type { LabError } from '../../errors.js';
import type { LabName } from '../../resources.js';
import type { LabPort, LabSettings } from './compose-settings.js';

export interface MachineFacts {
  readonly engineVersion: string;
  readonly composeVersion: string | undefined;
  readonly buildxVersion: string | undefined;
  readonly processors: number | undefined;
  readonly memoryBytes: number | undefined;
  /** What could be had now; undefined where the engine runs on another machine. */
  readonly memoryFreeBytes: number | undefined;
  readonly diskFreeBytes: number | undefined;
  readonly ports: readonly PortFacts[];
  readonly images: readonly ImageFacts[];
  /** Whether this lab runs already, and so has its memory and ports. */
  readonly labRuns: boolean;
  /** Whether the lab's images are built. */
  readonly labBuilt: boolean;
}

export interface PortFacts {
  readonly port: LabPort;
  /** Who else holds it, `nginx (pid 812)`; undefined: it is free, or this lab's. */
  readonly heldBy: string | undefined;
}

export interface ImageFacts {
  readonly image: string;
  readonly present: boolean;
  /** Why its registry does not give it; undefined when it does, or when the image is present. */
  readonly problem: string | undefined;
  /** The lab comes up without it. */
  readonly optional: boolean;
}

export interface Check {
  readonly name: string;
  readonly verdict: 'ok' | 'note' | 'missing';
  readonly finding: string;
  readonly remedy?: string;
}

const gib = 2 ** 30;
const leastCompose = [2, 20] as const;
/** Measured at 1,000 events/s, Lambda while a batch job runs; what more of each adds is its limit in compose. */
const memoryNeededBytes = { lambda: 5.5 * gib, kappa: 3.3 * gib };
/** A Spark worker brings its own limit and the drivers of the versions that it has room for. */
const moreBytes = { sparkWorkers: 5 * gib, nodemanagers: 2 * gib, datanodes: 0.5 * gib, archive: 1.4 * gib };
const diskBytes = { unbuilt: 10 * gib, built: 3 * gib };

export function judgeMachine(facts: MachineFacts, lab: LabName, settings: LabSettings): readonly Check[] {
  return [
    { name: 'engine', verdict: 'ok', finding: `Docker ${facts.engineVersion}` },
    composeCheck(facts.composeVersion),
    buildxCheck(facts.buildxVersion),
    processorCheck(facts.processors),
    memoryCheck(facts, memoryNeeded(lab, settings)),
    diskCheck(facts),
    ...facts.ports.map(portCheck),
    ...facts.images.map((image) => imageCheck(image, facts.labBuilt)),
  ];
}

/** The check of an engine that does not answer: nothing else can be looked at then. */
export function engineCheck(error: LabError): Check {
  const remedy = error.suggestion === undefined ? {} : { remedy: error.suggestion };
  return { name: 'engine', verdict: 'missing', finding: error.message, ...remedy };
}

/** Bytes that a lab of this size takes at most. */
export function memoryNeeded(lab: LabName, settings: LabSettings): number {
  const { sparkWorkers, nodemanagers, datanodes } = settings;
  const spark = memoryNeededBytes[lab] + (sparkWorkers - 1) * moreBytes.sparkWorkers;
  if (lab === 'kappa') return spark + (settings.archive ? moreBytes.archive : 0);
  return spark + (nodemanagers - 1) * moreBytes.nodemanagers + (datanodes - 1) * moreBytes.datanodes;
}

function composeCheck(version: string | undefined): Check {
  const remedy = 'install the compose plugin 2.20 or newer: https://docs.docker.com/compose/install/';
  if (version === undefined)
    return { name: 'compose', verdict: 'missing', finding: 'docker compose is not there', remedy };
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  const enough = major > leastCompose[0] || (major === leastCompose[0] && minor >= leastCompose[1]);
  if (enough) return { name: 'compose', verdict: 'ok', finding: version };
  return { name: 'compose', verdict: 'missing', finding: `${version} is older than ${leastCompose.join('.')}`, remedy };
}

function buildxCheck(version: string | undefined): Check {
  if (version !== undefined) return { name: 'buildx', verdict: 'ok', finding: version };
  const remedy = 'install the buildx plugin: https://github.com/docker/buildx#installing';
  return {
    name: 'buildx',
    verdict: 'missing',
    finding: 'docker buildx is not there; images are built with it',
    remedy,
  };
}

function processorCheck(processors: number | undefined): Check {
  if (processors === undefined || processors >= 2) {
    return { name: 'processors', verdict: 'ok', finding: processors === undefined ? 'not known' : String(processors) };
  }
  return { name: 'processors', verdict: 'note', finding: `${processors}`, remedy: 'two or more are recommended' };
}

function memoryCheck(facts: MachineFacts, neededBytes: number): Check {
  const name = 'memory';
  const { memoryBytes: all, memoryFreeBytes: free } = facts;
  if (all === undefined) return { name, verdict: 'note', finding: 'the engine does not say how much it has' };
  const finding = `${inGib(all)}${free === undefined ? '' : `, ${inGib(free)} of it free`}; ${inGib(neededBytes)} are needed`;
  if (all < neededBytes) {
    const remedy = 'give the engine more memory (Docker Desktop: Settings, Resources), or take fewer workers';
    return { name, verdict: 'missing', finding, remedy };
  }
  if (!facts.labRuns && free !== undefined && free < neededBytes) {
    return {
      name,
      verdict: 'missing',
      finding,
      remedy: 'end programs that hold memory (see: ps aux --sort -rss), or take fewer workers',
    };
  }
  return { name, verdict: 'ok', finding };
}

function diskCheck(facts: MachineFacts): Check {
  const name = 'disk';
  if (facts.diskFreeBytes === undefined) return { name, verdict: 'ok', finding: "not known: it is the engine's own" };
  const neededBytes = facts.labBuilt ? diskBytes.built : diskBytes.unbuilt;
  const finding = `${inGib(facts.diskFreeBytes)} free for the engine; ${inGib(neededBytes)} are needed`;
  if (facts.diskFreeBytes >= neededBytes) return { name, verdict: 'ok', finding };
  return {
    name,
    verdict: 'missing',
    finding,
    remedy: 'free some: docker system df shows what the engine holds, docker image prune removes unused images',
  };
}

function portCheck({ port, heldBy }: PortFacts): Check {
  const name = `port ${port.port}`;
  if (heldBy === undefined) return { name, verdict: 'ok', finding: `for ${port.title}` };
  return {
    name,
    verdict: 'missing',
    finding: `${heldBy} holds it; ${port.title} needs it`,
    remedy: 'end that program, or shift all ports: --port-base 10000',
  };
}

function imageCheck({ image, present, problem, optional }: ImageFacts, labBuilt: boolean): Check {
  const name = `image ${image}`;
  if (present) return { name, verdict: 'ok', finding: 'is on this machine' };
  if (problem === undefined) return { name, verdict: 'ok', finding: 'its registry has it' };
  const finding = `it is not on this machine, and its registry does not give it: ${problem}`;
  if (optional)
    return {
      name,
      verdict: 'note',
      finding,
      remedy: 'nothing, if you can do without Grafana: the lab comes up without it',
    };
  if (labBuilt) return { name, verdict: 'ok', finding: 'is not needed: the images are built' };
  return {
    name,
    verdict: 'missing',
    finding,
    remedy: `make the registry reachable (proxy, docker login), or load the image by hand: docker load, docker import`,
  };
}

const inGib = (bytes: number) => `${(bytes / gib).toFixed(1)} GiB`;
