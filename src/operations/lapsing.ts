/**
 * An abort that also happens as soon as its signal is asked while `hasLapsed`. A process that was stopped goes on
 * where it was before it hears of anything that happened meanwhile: whoever asks first must be told.
 */
export function lapsingAbort(hasLapsed: () => boolean): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  const look = (): void => {
    if (hasLapsed()) controller.abort(new Error('the lease has lapsed'));
  };
  Object.defineProperties(signal, {
    aborted: {
      get: () => {
        look();
        return Reflect.get(AbortSignal.prototype, 'aborted', signal);
      },
    },
    throwIfAborted: {
      value: () => {
        look();
        AbortSignal.prototype.throwIfAborted.call(signal);
      },
    },
  });
  return controller;
}
