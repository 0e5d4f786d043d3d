import { alertmanager, grafana } from './alertmanager.ts';
import type { AlertSourceConfig } from './config.ts';
import { googleMonitoring } from './google-monitoring.ts';
import { sagaForge } from './saga-forge.ts';
import { signed } from './signed.ts';
import type { AlertSource } from './source.ts';

/** What reads a source, as its config has it; a kind that nothing reads does not compile. */
export function alertSource(config: AlertSourceConfig): AlertSource {
  switch (config.kind) {
    case 'alertmanager':
      return alertmanager;
    case 'grafana':
      return grafana;
    case 'google-monitoring':
      return googleMonitoring;
    case 'signed':
      return signed(config);
    case 'sagaforge':
      return sagaForge(config);
  }
}
