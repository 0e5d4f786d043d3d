import { alertmanager, grafana } from './alertmanager.ts';
import type { AlertSourceConfig } from './config.ts';
import { googleMonitoring } from './google-monitoring.ts';
import { signed } from './signed.ts';
import type { AlertSource } from './source.ts';

/** Every kind of source; one without a reader does not compile. */
export const ALERT_SOURCES: Readonly<Record<AlertSourceConfig['kind'], AlertSource>> = {
  alertmanager,
  grafana,
  'google-monitoring': googleMonitoring,
  signed,
};
