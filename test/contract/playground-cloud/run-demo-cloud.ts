import { startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';

/** A demo cloud as a process of its own, so that it can be killed. Prints its Cloud Run endpoint. */
const cloud = await startDemoCloud({ dataDir: process.argv[2] ?? '' });
console.log(cloud.runEndpoint);
