-- That somebody wants a running operation to stop: one row, however often it is asked for.
create table slipway.stops (
  operation_id text primary key references slipway.operations (id),
  asked_by text not null,
  asked_at timestamptz not null
);
-- Whether the step is doing something now that a person may stop.
alter table slipway.steps add column stoppable boolean not null default false;
