/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export type ActionName =
  | 'create-revision'
  | 'migrate'
  | 'restore-canary'
  | 'restore-traffic'
  | 'set-job-image'
  | 'set-weight'
  | 'shift-traffic'
  | 'tidy'
  | 'verify-new'
  | 'verify-serving'
  | 'watch-serving';
