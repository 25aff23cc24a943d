import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { type Finding, worstOf } from '../../aws/preflight/finding';
import { preflight } from '../../aws/preflight/preflight';
import { type RunProgram, tools } from '../../aws/preflight/tools';
import { UserError } from '../../errors';
import { parsePlan } from '../../plan/document';
import { wrap } from '../../report/table';
import { withAws } from '../aws-command';
import { jsonText } from '../output/json';
import type { PreflightOutput } from '../output/preflight';
import { readText } from '../read-text';
import { asTyped } from '../started-as';
import type { Streams } from '../streams';

interface PreflightFlags {
  readonly profile?: string;
  readonly json?: boolean;
  readonly lastDigits?: boolean;
  readonly allowWarnings?: boolean;
}

/** `preflight PLAN`: what would fail at deploy, found before. */
export function preflightCommand(streams: Streams): Command {
  return new Command('preflight')
    .description(
      'check your AWS account against a plan before deploying it; reads only. Exit code: 0 pass, 1 warnings, 3 failures',
    )
    .argument('<PLAN>', 'plan document written by qwen-selfhost plan')
    .option('--profile <name>', 'profile of your AWS configuration')
    .option('--last-digits', 'show the last four digits of the account')
    .option('--allow-warnings', 'exit with 0 when there are only warnings')
    .option('--json', 'print JSON')
    .action(async (file: string, flags: PreflightFlags) => {
      const plan = parsePlan(readText(file), file);
      const options = { hub: hubOf(process.env), now: new Date(), lastDigits: flags.lastDigits ?? false };
      const [account, local] = await Promise.all([
        withAws(streams, flags.profile, (session) => preflight(session, plan, options)),
        tools(runProgram, stackOf(plan.name)),
      ]);
      const findings = [...account, ...local];
      if (flags.json) streams.out(jsonText({ worst: worstOf(findings), findings } satisfies PreflightOutput));
      else
        streams.out(
          asTyped(findings.map((finding) => lines(finding, streams.columns)).join(''), streams.program),
        );
      finish(findings, flags.allowWarnings ?? false);
    });
}

const lines = ({ status, check, detail, fix }: Finding, columns: number): string => {
  const indent = ' '.repeat(6);
  const text = `${status.padEnd(4)}  ${wrap(`${check}: ${detail}`, columns - indent.length, indent)}\n`;
  // A command to paste stays on one line, however long.
  return fix === null ? text : `${text}${indent}fix: ${fix}\n`;
};

/** @throws UserError whose exit code says the worst */
function finish(findings: readonly Finding[], allowWarnings: boolean): void {
  const named = (wanted: Finding['status']): string =>
    findings
      .filter(({ status }) => status === wanted)
      .map(({ check }) => check)
      .join(', ');
  const worst = worstOf(findings);
  if (worst === 'fail') throw new UserError(`not ready to deploy: ${named('fail')}`, 3);
  if (worst === 'warn' && !allowWarnings)
    throw new UserError(`ready with warnings: ${named('warn')} (--allow-warnings to accept them)`, 1);
}

/** Hugging Face's own variables. */
const hubOf = (environment: Readonly<Record<string, string | undefined>>) => ({
  url: (environment.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
  token: environment.HF_TOKEN?.trim() || null,
  timeoutSeconds: 20,
});

const TOOL_TIMEOUT_SECONDS = 20;

const runProgram: RunProgram = (name, words) =>
  new Promise((resolve) => {
    execFile(name, [...words], { timeout: TOOL_TIMEOUT_SECONDS * 1000 }, (error, stdout) =>
      resolve(error ? null : stdout),
    );
  });

/** The synthesised stack of a plan, where there is one. */
function stackOf(name: string): { folder: string; provider: string | null } | null {
  const folder = `cdktf.out/stacks/${name}`;
  const path = `${folder}/cdk.tf.json`;
  if (!existsSync(path)) return null;
  interface StackDocument {
    readonly terraform?: { readonly required_providers?: { readonly aws?: { readonly version?: string } } };
  }
  try {
    const { terraform } = JSON.parse(readText(path)) as StackDocument;
    return { folder, provider: terraform?.required_providers?.aws?.version ?? null };
  } catch {
    return null;
  }
}
