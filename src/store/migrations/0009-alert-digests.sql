-- What of a group stands in the digest of its storm, beside what is told of the group itself.
alter table slipway.alert_groups add column digested_version bigint not null default 0;
update slipway.alert_groups set digested_version = told_version;
create index alert_groups_undigested on slipway.alert_groups (storm_id)
  where storm_id is not null and digested_version < version;
-- What still fires when its storm is over, and has no message yet.
create index alert_groups_unreleased on slipway.alert_groups (storm_id)
  where storm_id is not null and not posted and resolved_at is null;
create index alert_groups_opened on slipway.alert_groups (opened_at);

alter table slipway.alert_storms
  add column digested_at timestamptz,
  -- When the last of its groups got its own message after it was over.
  add column released_at timestamptz;
update slipway.alert_storms set digested_at = coalesce(ended_at, began_at);
