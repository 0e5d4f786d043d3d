-- Until when each schedule has been taken care of: what comes after is due, once, whatever was missed.
create table slipway.schedules (
  -- `backup/api/production`, `backup-summary/C012AB3CD`
  key text primary key,
  handled_until timestamptz not null
);
