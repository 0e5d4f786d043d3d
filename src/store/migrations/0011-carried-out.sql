-- What a delivery did where that is no operation of its own, written together with what it did: worked on again, however
-- much later, it does nothing more.
create table slipway.carried_out (
  delivery_id text primary key,
  -- The operation that was told something or was asked for instead, or the key of a lock.
  subject text not null,
  at timestamptz not null
);
insert into slipway.carried_out (delivery_id, subject, at)
  select delivery_id, operation_id, given_at from slipway.canary_instructions;
