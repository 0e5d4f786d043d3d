/** True for `localhost`, `127.x.x.x` and `[::1]`, with or without a port: hosts that nobody else listens to. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
