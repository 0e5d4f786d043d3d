/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export type ActionName =
  | 'backup'
  | 'discard'
  | 'guards'
  | 'prove'
  | 'restart'
  | 'restart-back'
  | 'restore'
  | 'stage'
  | 'stage-backup'
  | 'swap'
  | 'tidy'
  | 'verify'
  | 'watch';
