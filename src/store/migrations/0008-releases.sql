-- Releases that the code host told of, for each service that deploys them. The key is made of what was signed,
-- so that the same release told twice is one row.
create table slipway.releases (
  key text primary key,
  release jsonb not null,
  received_at timestamptz not null default now(),
  next_try timestamptz not null default now(),
  done_at timestamptz
);
create index releases_open on slipway.releases (next_try) where done_at is null;
