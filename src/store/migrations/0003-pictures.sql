-- The picture that a publication is about. It is uploaded first and shared in the channel then.
create table slipway.pictures (
  key text primary key references slipway.publications (key),
  filename text not null,
  title text not null,
  alt text not null,
  -- Forgotten when Slack shows it.
  png bytea,
  -- Slack's name for the uploaded file; null until it is there.
  file_id text,
  -- Uploads that Slack would not share afterwards, of which a message may be found nevertheless.
  past_file_ids text[] not null default '{}'
);
