import { createHash } from 'node:crypto';
import { z } from 'zod';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';

/** How a container of an image behaves. Read from the labels of the image's config, as a real one's code would be. */
const behaviourSchema = z.object({
  'demo.slipway/starts': z.enum(['true', 'false']).transform((value) => value === 'true'),
  /** How long it takes until it listens, or until the platform gives up. */
  'demo.slipway/start-ms': z.coerce.number(),
  'demo.slipway/answer-ms': z.coerce.number(),
  /** How long, and for how many requests, it stays healthy under production traffic. */
  'demo.slipway/healthy-ms': z.coerce.number().optional(),
  'demo.slipway/healthy-requests': z.coerce.number().optional(),
});

export interface Behaviour {
  readonly starts: boolean;
  readonly startMs: number;
  readonly answerMs: number;
  /** Absent when it stays healthy. */
  readonly healthyFor?: { readonly ms: number; readonly requests: number };
}

interface Blob {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface Image {
  readonly repository: string;
  readonly version: string;
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
  readonly behaviour: Behaviour;
}

const good = {
  'demo.slipway/starts': 'true',
  'demo.slipway/start-ms': '900',
  'demo.slipway/answer-ms': '4',
};

const versions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'v1.0.0': good,
  'v1.1.0': good,
  'v1.2.0': good,
  'v1.3.0-broken': { ...good, 'demo.slipway/starts': 'false', 'demo.slipway/start-ms': '2500' },
  'v1.4.0-flaky': { ...good, 'demo.slipway/healthy-ms': '4000', 'demo.slipway/healthy-requests': '40' },
  'v1.5.0-slow': { ...good, 'demo.slipway/start-ms': '6000', 'demo.slipway/answer-ms': '800' },
};

/** The repositories of the demo registry. */
export const repositories = ['demo/api', 'demo/frontend'] as const;

/** Every image of the demo registry. The same bytes, and so the same digests, at every start. */
export const images: readonly Image[] = repositories.flatMap((repository) =>
  Object.entries(versions).map(([version, labels]) => buildImage(repository, version, labels)),
);

export function imageByDigest(repository: string, digest: string): Image | undefined {
  return images.find((image) => image.repository === repository && image.manifest.digest === digest);
}

function buildImage(repository: string, version: string, labels: Readonly<Record<string, string>>): Image {
  const layer = blob(layerType, Buffer.alloc(1024));
  const config = blob(configType, imageConfig({ repository, version, labels, layerDigest: layer.digest }));
  const manifest = blob(manifestType, imageManifest(config, layer));
  return { repository, version, manifest, blobs: [config, layer], behaviour: readBehaviour(labels) };
}

function imageConfig(image: {
  repository: string;
  version: string;
  labels: Readonly<Record<string, string>>;
  layerDigest: string;
}): Buffer {
  const labels = {
    'org.opencontainers.image.title': image.repository,
    'org.opencontainers.image.version': image.version,
    ...image.labels,
  };
  return json({
    created: '2025-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PORT=8080'], Cmd: ['/server'], ExposedPorts: { '8080/tcp': {} }, Labels: labels },
    rootfs: { type: 'layers', diff_ids: [image.layerDigest] },
    history: [{ created: '2025-01-01T00:00:00Z', created_by: 'slipway demo' }],
  });
}

function imageManifest(config: Blob, layer: Blob): Buffer {
  return json({
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
}

function descriptor(of: Blob) {
  return { mediaType: of.mediaType, digest: of.digest, size: of.bytes.length };
}

function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function readBehaviour(labels: Readonly<Record<string, string>>): Behaviour {
  const read = behaviourSchema.parse(labels);
  const ms = read['demo.slipway/healthy-ms'];
  const requests = read['demo.slipway/healthy-requests'];
  return {
    starts: read['demo.slipway/starts'],
    startMs: read['demo.slipway/start-ms'],
    answerMs: read['demo.slipway/answer-ms'],
    ...(ms !== undefined && requests !== undefined && { healthyFor: { ms, requests } }),
  };
}
