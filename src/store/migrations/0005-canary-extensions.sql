-- A request to take a running canary farther runs beside the canary, which holds the target; one at a time does.
drop index slipway.operations_one_running;
create unique index operations_one_running on slipway.operations (service, environment)
  where state = 'running' and kind <> 'canary-extension';
create unique index operations_one_extension on slipway.operations (service, environment)
  where state = 'running' and kind = 'canary-extension';
