/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export type GitActionName =
  | 'checkout'
  | 'checkout-back'
  | 'fetch'
  | 'images'
  | 'migrate'
  | 'serve-again'
  | 'tidy'
  | 'up'
  | 'verify'
  | 'watch';
