import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const;

/**
 * Refuses (403) whatever did not come from this machine's own browser or programs: a Host that is not a
 * loopback name with this port (DNS rebinding), an Origin of another site, or what another site's page asks for
 * without saying so, such as pictures. People may follow a link to here.
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
  if (headers.origin !== undefined) return origins.includes(headers.origin.toLowerCase());
  return !isFromAnotherSite(headers);
}

/** Browsers tell from where a request comes (https://www.w3.org/TR/fetch-metadata); nothing else does. */
function isFromAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  const opened = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return site !== 'none' && site !== 'same-origin' && !opened;
}
