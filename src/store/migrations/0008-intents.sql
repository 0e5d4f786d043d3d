-- What a step was about to ask for where asking twice would be doing it twice.
create table slipway.intents (
  operation_id text not null references slipway.operations (id),
  key text not null,
  declared_at timestamptz not null,
  primary key (operation_id, key)
);
