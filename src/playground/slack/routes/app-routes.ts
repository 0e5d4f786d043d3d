import express, { Router } from 'express';
import { mimetypeOf } from '../message-json.ts';
import { useResponseUrl } from '../response-urls.ts';
import type { Workspace } from '../workspace.ts';

const UPLOAD_LIMIT = '20mb';

/** What Slack serves beside the Web API: `response_url`s, uploads and files. */
export function appRoutes(workspace: Workspace): Router {
  const router = Router();
  router.post('/response/:id', express.json({ limit: '4mb', type: () => true }), (request, response) => {
    const { status, body } = useResponseUrl(workspace, request.params.id, request.body);
    response.status(status).send(body);
  });
  const anyBody = express.raw({ limit: UPLOAD_LIMIT, type: () => true });
  router.post('/upload/v1/:id', anyBody, async (request, response) => {
    const content = await uploadedBytes(request.body, request.get('content-type') ?? '');
    const file = workspace.store.files.get(String(request.params.id));
    if (file === undefined || file.content !== null) return void response.status(404).send('file_not_found');
    if (content.length !== file.size) return void response.status(400).send('invalid_upload_length');
    workspace.store.files.put(file.id, { ...file, content: content.toString('base64') });
    response.send(`OK - ${file.size}`);
  });
  router.get('/files/:id/:name', (request, response) => {
    const file = workspace.store.files.get(request.params.id);
    if (file === undefined || file.content === null) return void response.status(404).send('file_not_found');
    response.set({ 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' });
    response.type(mimetypeOf(file.name)).send(Buffer.from(file.content, 'base64'));
  });
  return router;
}

/** The bytes alone, or as the one file of a multipart form. */
async function uploadedBytes(body: unknown, type: string): Promise<Buffer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const file = [...form.values()].find((part) => part instanceof File);
  return file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
}
