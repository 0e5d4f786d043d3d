import { isLoopback } from '../loopback.ts';

/** Where an image repository is: `registry.example/team/api` is host `registry.example`, name `team/api`. */
export interface Repository {
  readonly host: string;
  readonly name: string;
  /** As people write it, without tag. */
  readonly image: string;
  /** Root of the registry's API, without a slash at the end. Plain HTTP for loopback hosts only. */
  readonly origin: string;
}

/** Splits an image repository at its host; throws when it names none, because no registry is assumed. */
export function parseRepository(image: string): Repository {
  const slash = image.indexOf('/');
  const host = image.slice(0, Math.max(slash, 0));
  if (!/[.:]/.test(host) && host !== 'localhost') {
    throw new Error(
      `The image ${image} does not say which registry it is in, such as registry.example/${image}.`,
    );
  }
  return {
    host,
    name: image.slice(slash + 1),
    image,
    origin: `${isLoopback(host) ? 'http' : 'https'}://${host}`,
  };
}
