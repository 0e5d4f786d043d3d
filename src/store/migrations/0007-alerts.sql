-- Alerts that belong together, from the first that fires until all are resolved: one message. What belongs
-- together for its sender, in one channel, is a series; one series may fire again and again, a group each time.
create table slipway.alert_groups (
  id text primary key,
  series text not null,
  number int not null,
  source text not null,
  group_key text not null,
  group_labels jsonb not null,
  -- As the config spells it.
  channel text not null,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  acknowledged_by text,
  acknowledged_at timestamptz,
  truncated int not null default 0,
  storm_id text,
  -- Whether it has a message of its own.
  posted boolean not null default false,
  remind_at timestamptz,
  -- What changed, and what of that is told.
  version bigint not null default 1,
  told_version bigint not null default 0,
  unique (series, number)
);
create index alert_groups_untold on slipway.alert_groups (opened_at) where told_version < version;
create index alert_groups_open on slipway.alert_groups (channel, opened_at) where resolved_at is null;
create index alert_groups_by_storm on slipway.alert_groups (storm_id) where storm_id is not null;

create table slipway.alerts (
  group_id text not null references slipway.alert_groups (id) on delete cascade,
  series text not null,
  fingerprint text not null,
  name text not null,
  state text not null,
  severity text not null,
  service text,
  environment text,
  starts_at timestamptz not null,
  -- When it was over, by its sender; what is resolved twice keeps the first.
  ends_at timestamptz,
  -- False for what was resolved before we heard of it: nobody is told.
  fired boolean not null,
  first_heard_at timestamptz not null,
  heard_at timestamptz not null,
  report jsonb not null,
  primary key (group_id, fingerprint)
);
create index alerts_by_series on slipway.alerts (series, fingerprint, starts_at desc);
create index alerts_firing on slipway.alerts (service, severity) where state = 'firing';

create table slipway.alert_events (
  seq bigint generated always as identity primary key,
  group_id text not null references slipway.alert_groups (id) on delete cascade,
  at timestamptz not null,
  event jsonb not null,
  -- The same for the same event, so that telling it twice is telling it once; null where it cannot come twice.
  key text,
  told boolean not null default false,
  unique (group_id, key)
);
create index alert_events_untold on slipway.alert_events (group_id) where not told;

-- Silences made from here. The id is ours: it stands in the silence's comment, where it is found again.
create table slipway.alert_silences (
  id text primary key,
  group_id text not null references slipway.alert_groups (id) on delete cascade,
  silence_id text not null,
  made_by text not null,
  reason text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  ended_by text
);
create index alert_silences_by_group on slipway.alert_silences (group_id, starts_at);

create table slipway.alert_storms (
  id text primary key,
  channel text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  -- Messages that its digest has taken so far.
  pages int not null default 0
);
-- Whatever the code above it does, one channel has one storm at a time.
create unique index alert_storms_one on slipway.alert_storms (channel) where ended_at is null;
