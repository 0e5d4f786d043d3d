-- What came in from Slack, stored before it is acknowledged. The key makes a repeated delivery one row.
create table slipway.inbox (
  id text primary key,
  delivery jsonb not null,
  received_at timestamptz not null default now(),
  -- The process that works on it; another takes it over when that one is gone.
  claimed_by text not null,
  done_at timestamptz
);
create index inbox_open on slipway.inbox (received_at) where done_at is null;

create table slipway.operations (
  id text primary key,
  kind text not null,
  service text not null,
  environment text not null,
  request jsonb not null,
  options jsonb not null,
  requester_id text not null,
  channel_id text not null,
  thread_ts text,
  plan jsonb not null,
  plan_digest text not null,
  state text not null,
  outcome jsonb,
  created_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz
);
create index operations_by_target on slipway.operations (service, environment, created_at desc);
create index operations_open on slipway.operations (state) where ended_at is null;
-- Whatever the code above it does, one target never has two operations running.
create unique index operations_one_running on slipway.operations (service, environment) where state = 'running';

create table slipway.steps (
  operation_id text not null references slipway.operations (id),
  id text not null,
  ordinal int not null,
  title text not null,
  state text not null,
  message text,
  started_at timestamptz,
  ended_at timestamptz,
  primary key (operation_id, id)
);

-- One row a person; taking a decision back keeps the row, with the time.
create table slipway.approvals (
  operation_id text not null references slipway.operations (id),
  user_id text not null,
  decision text not null,
  plan_digest text not null,
  via text not null,
  decided_at timestamptz not null,
  withdrawn_at timestamptz,
  primary key (operation_id, user_id)
);

create table slipway.locks (
  key text primary key,
  scope jsonb not null,
  holder jsonb not null,
  reason text not null,
  since timestamptz not null,
  until timestamptz
);

create table slipway.audit (
  seq bigint primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  previous_hash text not null,
  hash text not null
);
create function slipway.audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only';
end $$;
create trigger audit_append_only before update or delete on slipway.audit
  for each row execute function slipway.audit_is_append_only();
create trigger audit_no_truncate before truncate on slipway.audit
  for each statement execute function slipway.audit_is_append_only();

-- A process is alive while it holds the advisory lock of its number.
create table slipway.executors (
  id text primary key,
  lock_key bigint generated always as identity unique,
  pid int not null,
  host text not null,
  started_at timestamptz not null default now()
);
