/**
 * Loaded before the shipped program by a test of `docs/install.md`: https://slack.com is then the playground, so that
 * every step of an installation can be taken with the program as it is.
 * @module
 */
const playground = process.env.SLACK_COM;
const real = globalThis.fetch;

if (playground !== undefined) {
  globalThis.fetch = (input, init) =>
    typeof input === 'string' && input.startsWith('https://slack.com/api/')
      ? real(input.replace('https://slack.com/api/', playground), init)
      : real(input, init);
}
