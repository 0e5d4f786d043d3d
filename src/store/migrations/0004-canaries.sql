-- How each canary is. `current` is what it is doing now and has not finished, so that a crash repeats it.
create table slipway.canaries (
  operation_id text primary key references slipway.operations (id),
  percent int not null,
  auto boolean not null,
  pause_ends_at timestamptz,
  next_look_at timestamptz,
  passed boolean not null default false,
  standing jsonb not null,
  trouble jsonb,
  current jsonb,
  ending jsonb
);

create table slipway.canary_instructions (
  seq bigint generated always as identity primary key,
  operation_id text not null references slipway.operations (id),
  -- The delivery that it came with: working on a delivery twice is instructing once.
  delivery_id text not null unique,
  instruction jsonb not null,
  given_by text not null,
  given_at timestamptz not null,
  done_at timestamptz
);

create table slipway.canary_moves (
  operation_id text not null references slipway.operations (id),
  number int not null,
  at timestamptz not null,
  percent int not null,
  moved_by text,
  primary key (operation_id, number)
);

create table slipway.canary_looks (
  operation_id text not null references slipway.operations (id),
  at timestamptz not null,
  percent int not null,
  verdict jsonb not null,
  primary key (operation_id, at)
);
