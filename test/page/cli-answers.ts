/**
 * What the command line says to the states compared, as JSON: `tsx cli-answers.ts COUNT SEED`. A process of its own, because
 * planning is several times slower inside jest.
 */
import { run } from '../../src/cli/program';
import { bufferStreams } from '../../src/cli/streams';
import { wordsOf } from '../../src/page/command';
import { comparedStates } from './states';

async function main([count, seed]: readonly string[]): Promise<void> {
  const answers: { code: number; out: string; err: string }[] = [];
  for (const state of comparedStates(Number(count), Number(seed))) {
    const { streams, printed } = bufferStreams(100);
    const code = await run(['node', 'qwen-selfhost', ...wordsOf(state), '--json'], streams);
    answers.push({ code, ...printed });
  }
  process.stdout.write(JSON.stringify(answers));
}

void main(process.argv.slice(2));
