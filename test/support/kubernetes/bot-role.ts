import type { Rule } from './cluster.ts';

/** What the bot's role says in one namespace, before and without the rights to change anything. */
export const READER: readonly Rule[] = [
  rule('apps', ['deployments', 'statefulsets', 'daemonsets'], ['get', 'list', 'watch']),
  rule('apps', ['replicasets', 'controllerrevisions'], ['get', 'list']),
  rule('', ['pods'], ['list']),
  rule('', ['pods/log'], ['get']),
  rule('', ['events'], ['list']),
  rule('autoscaling', ['horizontalpodautoscalers'], ['list']),
  rule('batch', ['cronjobs', 'jobs'], ['get']),
];

export const DEPLOYER: readonly Rule[] = [
  ...READER,
  rule('apps', ['deployments', 'statefulsets', 'daemonsets'], ['patch']),
  rule('', ['pods'], ['delete']),
  rule('batch', ['jobs'], ['create']),
];

function rule(group: string, resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, verbs };
}
