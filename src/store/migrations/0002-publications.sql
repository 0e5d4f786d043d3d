-- What Slack is to show. The publisher brings Slack to it; writing here is all that anybody else does.
create table slipway.publications (
  -- What it is about, and the same for every version of it: `operation/op_01k…`, `operation/op_01k…/log/3`.
  key text primary key,
  channel_id text not null,
  -- The thread it belongs to: one that exists, or the one of another publication.
  thread_ts text,
  parent_key text references slipway.publications (key),
  -- 0 goes before 1, and 1 before 2.
  priority smallint not null,
  wanted jsonb not null,
  wanted_version bigint not null default 1,
  sent_version bigint not null default 0,
  reactions text[] not null default '{}',
  reactions_added text[] not null default '{}',
  -- Slack's name for the message; null until it is known.
  ts text,
  -- Written before the message is posted: with no ts, Slack may or may not have it.
  attempted_at timestamptz,
  -- Slack's own word why it does not take it, and when to try once more.
  failure text,
  retry_at timestamptz,
  created_at timestamptz not null default now(),
  -- Since when Slack is behind.
  waiting_since timestamptz not null default now(),
  ordinal bigint generated always as identity,
  pending boolean not null generated always as (
    sent_version < wanted_version or not reactions <@ reactions_added
  ) stored
);
create index publications_pending on slipway.publications (channel_id, priority, waiting_since, ordinal) where pending;
create unique index publications_by_message on slipway.publications (channel_id, ts) where ts is not null;
