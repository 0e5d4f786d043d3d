import { status } from '@grpc/grpc-js';

/** A call that the Admin API answers with a gRPC status other than OK. */
export class StatusError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
  }
}

export function invalid(message: string): StatusError {
  return new StatusError(status.INVALID_ARGUMENT, message);
}

export function notFound(resource: string): StatusError {
  return new StatusError(status.NOT_FOUND, `Resource '${resource}' was not found`);
}

/** The words in which Google Cloud says that a permission is missing. */
export function permissionDenied(permission: string, resource: string): StatusError {
  return new StatusError(
    status.PERMISSION_DENIED,
    `Permission '${permission}' denied on resource '${resource}' (or resource may not exist).`,
  );
}
