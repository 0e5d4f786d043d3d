/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export type ActionName = 'migrate' | 'pull' | 'restore' | 'tidy' | 'up' | 'verify' | 'watch';
