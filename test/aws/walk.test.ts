import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../src/plan/schema';
import { accountHandlers, hubHandler } from './account';
import { cli, localEnvironment, setEnvironment, withTerraform } from './environment';
import { type Handler, localAws } from './local-aws';
import { json } from './region';

const WALK = readFileSync('docs/account.md', 'utf8');
const lines = [...WALK.matchAll(/^ {4}npx qwen-selfhost (.+)$/gm)].map(([, words = '']) => words.split(' '));

test('docs/account.md: from `aws configure` to a green preflight', async () => {
  expect(lines.map(([command]) => command)).toEqual(['catalog', 'catalog', 'plan', 'synth', 'preflight']);
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'walk-'));
  process.chdir(folder);
  const handlers: Record<string, Handler> = {
    ...accountHandlers(),
    // A new account: billing learns of a tag a day after it is first used.
    'ce:ListCostAllocationTags': () => json({ CostAllocationTags: [] }),
  };
  const server = await localAws(handlers);
  const restore = setEnvironment({
    ...localEnvironment(server.url, folder),
    HF_ENDPOINT: server.url,
    ...withTerraform(folder),
  });
  try {
    for (const words of lines) {
      const { code, err } = await cli(...words);
      expect([words.join(' '), code, err]).toEqual([words.join(' '), 0, '']);
      if (words[0] !== 'plan') continue;
      const path = lines.at(-1)!.at(-1)!;
      const { choice, cost } = JSON.parse(readFileSync(path, 'utf8')) as Plan;
      // The walk's refresh is what was planned with.
      expect(cost.instance.source).toMatch(/^aws-pricing-/);
      handlers[`web:GET /api/models/${choice.hfId}/revision/${choice.revision}`] = hubHandler(
        choice.checkpointBytes,
      );
    }
    const actions = new Set(server.calls.map(({ action }) => action));
    expect(actions.has('servicequotas:GetServiceQuota') && actions.has('s3:ListBucket')).toBe(true);
  } finally {
    restore();
    process.chdir(home);
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
