/**
 * Supabase Vault's documented surface: https://supabase.com/docs/guides/database/vault. Secrets are encrypted
 * with a key only the superuser can read; hosted keeps its key outside the database altogether.
 */
export const VAULT = `

create table vault._key (key bytea not null);
insert into vault._key values (extensions.gen_random_bytes(32));

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea default extensions.gen_random_bytes(16),
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;

create function vault._encrypt(plain text, nonce bytea)
returns text
language sql
security definer
set search_path = ''
as $$
  select encode(extensions.encrypt_iv(convert_to(plain, 'UTF8'), (select key from vault._key), nonce, 'aes'), 'base64')
$$;

create function vault._decrypt(secret text, nonce bytea)
returns text
language sql
stable
security definer
set search_path = ''
as $$
  select convert_from(extensions.decrypt_iv(decode(secret, 'base64'), (select key from vault._key), nonce, 'aes'), 'UTF8')
$$;

create view vault.decrypted_secrets as
select
  id,
  name,
  description,
  secret,
  vault._decrypt(secret, nonce) as decrypted_secret,
  key_id,
  nonce,
  created_at,
  updated_at
from vault.secrets;

create function vault.create_secret(
  new_secret text,
  new_name text default null,
  new_description text default '',
  new_key_id uuid default null
)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  new_nonce bytea := extensions.gen_random_bytes(16);
  new_id uuid;
begin
  insert into vault.secrets (secret, nonce, name, description)
  values (vault._encrypt(new_secret, new_nonce), new_nonce, new_name, coalesce(new_description, ''))
  returning id into new_id;
  return new_id;
end
$$;

create function vault.update_secret(
  secret_id uuid,
  new_secret text default null,
  new_name text default null,
  new_description text default null,
  new_key_id uuid default null
)
returns void
language sql
security definer
set search_path = ''
as $$
  update vault.secrets s
  set
    secret = case when new_secret is null then s.secret else vault._encrypt(new_secret, s.nonce) end,
    name = coalesce(new_name, s.name),
    description = coalesce(new_description, s.description),
    updated_at = now()
  where s.id = secret_id
$$;

revoke all on all tables in schema vault from public;
revoke execute on all functions in schema vault from public;
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    grant usage on schema vault to postgres with grant option;
    grant usage on schema vault to service_role;
    grant select, delete on vault.secrets, vault.decrypted_secrets to postgres with grant option;
    grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
    grant execute on function vault.create_secret, vault.update_secret, vault._decrypt to postgres with grant option;
    grant execute on function vault.create_secret, vault.update_secret, vault._decrypt to service_role;
  end if;
end
$$;
`;
