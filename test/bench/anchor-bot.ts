import bolt from '@slack/bolt';
import pg from 'pg';

/**
 * The anchor: Bolt with a `/status` handler that does one insert, or nothing, and acknowledges.
 * A process of its own, as the bot is: `node anchor-bot.ts SLACK_API_URL APP_TOKEN BOT_TOKEN [DATABASE_URL]`.
 */
const [slackApiUrl = '', appToken = '', token = '', databaseUrl] = process.argv.slice(2);
const pool = databaseUrl === undefined ? null : new pg.Pool({ connectionString: databaseUrl });
await pool?.query(
  'create table if not exists public.bench_anchor (id text primary key, payload jsonb not null)',
);

const app = new bolt.App({
  token,
  appToken,
  socketMode: true,
  clientOptions: { slackApiUrl },
  logLevel: bolt.LogLevel.ERROR,
});
app.command('/status', async ({ command, ack }) => {
  await pool?.query({
    name: 'anchor',
    text: 'insert into public.bench_anchor (id, payload) values ($1, $2) on conflict (id) do nothing',
    values: [command.trigger_id, JSON.stringify(command)],
  });
  await ack();
});
await app.start();
console.log('anchor ready');
