/**
 * `npm run docs`: writes what is generated from the schema of the config.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { configJsonSchema } from '../config/json-schema.ts';
import { referenceOf, referencePage } from '../config/reference.ts';

const ROOT = new URL('../../', import.meta.url);

const schema = configJsonSchema();
const example: unknown = parse(readFileSync(new URL('manifests/examples/every-key.yaml', ROOT), 'utf8'));
writeFileSync(new URL('docs/configuration-reference.md', ROOT), referencePage(referenceOf(schema, example)));
writeFileSync(new URL('manifests/slipway.schema.json', ROOT), `${JSON.stringify(schema, null, 2)}\n`);
