import { z } from 'zod';
import { defineMethod, type RunMethod } from './method.ts';

/** `TestIamPermissions` of an API: those of the asked permissions that no lever denies. */
export function testIamPermissionsOf(service: string): RunMethod {
  return defineMethod({
    service,
    rpc: 'TestIamPermissions',
    permission: '',
    request: z.object({ resource: z.string(), permissions: z.array(z.string()).default([]) }),
    resource: (request) => request.resource,
    perform: (context, request) => ({
      reply: {
        permissions: request.permissions.filter((name) => !context.levers.deniedPermissions.has(name)),
      },
    }),
  });
}
