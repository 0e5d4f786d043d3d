import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const;

/**
 * Refuses (403) whatever did not come from this machine's own browser or programs: a Host that is not a
 * loopback name with this port (DNS rebinding), or an Origin of another site.
 */
export function loopbackOnly(port: number): RequestHandler {
  return function refuseForeignRequests(request, response, next) {
    if (isLoopbackRequest(request.headers, port)) next();
    else response.status(403).json({ ok: false, error: 'foreign_request' });
  };
}

/** The same rule for requests that express does not see, such as WebSocket upgrades. */
export function isLoopbackRequest(headers: IncomingHttpHeaders, port: number): boolean {
  const authorities = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  if (headers.host === undefined || !authorities.includes(headers.host.toLowerCase())) return false;
  const origins = authorities.map((authority) => `http://${authority}`);
  return headers.origin === undefined || origins.includes(headers.origin.toLowerCase());
}
