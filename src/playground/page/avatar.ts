/** @module A person's or the bot's picture: initials on a colour of their own. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useDirectory } from './directory.ts';
import { Mark } from './icons.ts';

const HUES = 6;

/** `user` is an ID; somebody unknown gets the first letter of `name`. */
export function Avatar({
  user,
  name,
  size,
}: {
  readonly user: string;
  readonly name: string;
  readonly size: 's' | 'm' | 'l';
}): JSX.Element {
  const directory = useDirectory();
  if (user !== '' && user === directory.botUser) {
    return html`<span class="avatar avatar-${size} avatar-bot" aria-hidden="true">${h(Mark, {})}</span>`;
  }
  const index = directory.people.findIndex((person) => person.id === user);
  const hue = index < 0 ? 'none' : String(index % HUES);
  return html`<span class="avatar avatar-${size} hue-${hue}" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
}
