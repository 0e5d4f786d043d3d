import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { classify, ended } from '../../../../integrations/cloud-run/errors.ts';

test('names the permission that is missing, and a role that has it', () => {
  const error = {
    code: status.PERMISSION_DENIED,
    details: "Permission 'run.jobs.run' denied on resource 'x' (or resource may not exist).",
  };
  const classified = classify(error, 'the job migrate');
  expect(classified).toMatchObject({ problem: 'permission', retry: 'terminal', cause: error });
  expect(classified.message).toBe(
    'Slipway may not do this to the job migrate: it lacks run.jobs.run. Grant its service account a role that has it, such as roles/run.developer.',
  );
});

test('says how to give credentials where there are none', () => {
  const none = new Error('Could not load the default credentials. Browse to …');
  expect(classify(none, 'x')).toMatchObject({
    problem: 'permission',
    message: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
  });
  expect(classify({ code: status.UNAUTHENTICATED, details: 'x' }, 'x').message).toContain(
    'does not know who',
  );
});

test('an error of no known kind may be tried again', () => {
  expect(classify(new Error('socket hang up'), 'x')).toMatchObject({
    problem: 'unavailable',
    retry: 'retryable',
  });
});

test('what is classified already stays as it is', () => {
  const error = classify(new Error('x'), 'a');
  expect(classify(error, 'b')).toBe(error);
});

test('keeps the target’s own reason and leaves out its general advice', () => {
  const words =
    'The container failed to listen on port 8080. This can happen when the port is misconfigured. Logs for this revision might contain more information.\n\nLogs URL: https://…';
  expect(ended(words)).toBe('The container failed to listen on port 8080.');
  expect(ended('no stop')).toBe('no stop.');
});
