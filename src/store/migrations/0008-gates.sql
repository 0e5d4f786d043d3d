-- How the checks of an operation's commit were when they were looked at last, for its message.
create table slipway.gates (
  operation_id text primary key references slipway.operations (id),
  view jsonb not null
);
