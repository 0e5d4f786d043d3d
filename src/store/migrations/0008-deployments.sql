-- What the code host was told of each operation, and when to try again if it did not take it.
create table slipway.code_deployments (
  operation_id text primary key references slipway.operations (id),
  -- The code host's own name for it; null until it is known.
  deployment_id text,
  -- The state of the operation that it was told last.
  told text,
  tries int not null default 0,
  next_try timestamptz not null default now()
);
create index operations_with_commit on slipway.operations (created_at)
  where plan -> 'source' ->> 'to' is not null;
