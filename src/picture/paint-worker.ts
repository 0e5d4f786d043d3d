import { parentPort, workerData } from 'node:worker_threads';
import type { CanaryPicture } from './canary-picture.ts';
import { paint } from './paint.ts';

/** The thread that `render.ts` starts for one picture: it answers with the PNG and ends. */
const picture: CanaryPicture = workerData;
parentPort?.postMessage(await paint(picture));
