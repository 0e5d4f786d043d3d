-- A process that runs operations says every second that it lives. Whoever sees the same time for too long takes over.
alter table slipway.executors add column renewed_at timestamptz not null default clock_timestamp();

-- From whom work was taken over, and when: kept for a while, for whoever wants to know what happened.
create table slipway.takeovers (
  executor_id text primary key,
  pid int not null,
  host text not null,
  renewed_at timestamptz not null,
  taken_over_at timestamptz not null default clock_timestamp(),
  taken_over_by text not null
);
