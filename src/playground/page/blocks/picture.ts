/** @module Pictures in messages: those of the playground itself are shown, others only named. */

import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useDirectory } from '../directory.ts';
import { safeHref } from '../text/links.ts';
import { Anchor } from '../text/view.ts';

interface PictureProps {
  readonly address: string;
  readonly alt: string;
  readonly shape: string;
}

/** The page loads nothing from elsewhere: a foreign picture is a link that carries its description. */
export function Picture({ address, alt, shape }: PictureProps): JSX.Element {
  const path = ownPath(address);
  if (path !== undefined) return h(OwnPicture, { path, alt, shape });
  const href = safeHref(address);
  const label = html`<span class="picture-elsewhere">🖼 ${alt || 'Image'}</span>`;
  return href === undefined ? label : h(Anchor, { href }, label);
}

/** The path of an address on this playground, under whichever loopback name it is written; nothing otherwise. */
function ownPath(address: string): string | undefined {
  const url = address === '' ? null : URL.parse(address, location.href);
  const isLoopback = url !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  if (url === null || !isLoopback || url.port !== location.port) return undefined;
  return `${url.pathname}${url.search}`;
}

/** Slack's private addresses want the reader's token, which an <img> cannot send: fetched, then shown. */
function OwnPicture({
  path,
  alt,
  shape,
}: {
  readonly path: string;
  readonly alt: string;
  readonly shape: string;
}) {
  const { me, person } = useDirectory();
  const [shown, show] = useState<string | undefined>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    let created: string | undefined;
    void fetchPicture(path, person(me)?.token ?? '', abort.signal).then((blob) => {
      created = blob === undefined || abort.signal.aborted ? undefined : URL.createObjectURL(blob);
      if (created !== undefined) show(created);
    });
    return () => {
      abort.abort();
      if (created !== undefined) URL.revokeObjectURL(created);
    };
  }, [path, me]);
  return shown === undefined
    ? html`<span class="${shape} picture-missing" role="img" aria-label=${alt}>${alt}</span>`
    : html`<img class=${shape} src=${shown} alt=${alt} />`;
}

async function fetchPicture(path: string, token: string, signal: AbortSignal): Promise<Blob | undefined> {
  try {
    const response = await fetch(path, { headers: { authorization: `Bearer ${token}` }, signal });
    return response.ok ? await response.blob() : undefined;
  } catch {
    return undefined;
  }
}
