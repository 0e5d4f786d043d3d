#!/usr/bin/env node
/**
 * The `slipway` command: what Node has compiled once it need not compile at the next start, which takes half the time.
 * It is kept inside the installation: who may write there may write the program too. Where nobody may write, such as
 * in a read-only image, nothing is kept.
 * @module
 */
import { enableCompileCache } from 'node:module';
import path from 'node:path';

enableCompileCache(path.join(import.meta.dirname, '../node_modules/.cache/slipway'));
const { slipway } = await import('./slipway.ts');
const code = await slipway(process.argv.slice(2));
process.exitCode ||= code;
