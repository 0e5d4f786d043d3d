/** @module The page's own pictures, as SVG in the current text colour. */
import { html } from 'htm/preact';
import type { JSX } from 'preact';

const PATHS = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-8-5 16-3.5-6.5L4 12zM11.5 13.5L20 4',
  smile: 'M12 21a9 9 0 1 1 6.4-15.4M8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5h.01M15 9.5h.01M19 3v6M16 6h6',
  thread: 'M4 5h16v11H9l-5 4V5zM8 9h8M8 12h5',
  cloud: 'M7 18a4.5 4.5 0 0 1-.6-8.96A6 6 0 0 1 18 10.2 3.9 3.9 0 0 1 17.5 18H7z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  auto: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18M12 8h7.7M12 13h8.9M12 18h6.7',
  external: 'M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9',
  chevron: 'M7 10l5 5 5-5',
  dots: 'M6 12h.01M12 12h.01M18 12h.01',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  down: 'M12 5v14M6 13l6 6 6-6',
  file: 'M6 3h8l4 4v14H6V3zM14 3v4h4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return html`<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}

/** The mark: a hull on its slipway, about to be launched. */
export function Mark(): JSX.Element {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path class="mark-hull" d="M6.5 12.2l17.6 4.7c-.9 3.6-3.9 5.4-7.7 4.4l-5.2-1.4c-3-.8-4.6-3.6-4.7-7.7z" />
    <path class="mark-sail" d="M15.8 5.2l-2.1 7.6 6.8 1.8z" />
    <path class="mark-way" d="M4 20.2l23 6.2" />
  </svg>`;
}
