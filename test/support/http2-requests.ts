/** RFC 9113: what a client sends before its first frame, a frame's head, and the frame that begins a request. */
const PREFACE = 24;
const HEAD = 9;
const HEADERS = 1;

/** Reads what a client sends on one HTTP/2 connection, and tells of each request that it begins. */
export function requestsOf(began: () => void): (bytes: Buffer) => void {
  let skip = PREFACE;
  let head = Buffer.alloc(0);
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      const skipped = Math.min(skip, bytes.length - at);
      skip -= skipped;
      at += skipped;
      const part = bytes.subarray(at, at + HEAD - head.length);
      head = Buffer.concat([head, part]);
      at += part.length;
      if (head.length < HEAD) return;
      skip = head.readUIntBE(0, 3);
      if (head[3] === HEADERS) began();
      head = Buffer.alloc(0);
    }
  };
}
