"""Runs vLLM's own serving benchmark (vllm.benchmarks.serve) at several loads against one server, importing it once.
usage: drive.py MODEL_DIR OUT.json DEADLINE_S name:isl:osl:(cN|rX):prompts ..."""
import asyncio, json, sys, time
from vllm.benchmarks.serve import add_cli_args, main_async
from vllm.utils.argparse_utils import FlexibleArgumentParser
model, out, deadline = sys.argv[1], sys.argv[2], time.time() + float(sys.argv[3])
parser = FlexibleArgumentParser(); add_cli_args(parser)
rows = []
for i, point in enumerate(sys.argv[4:]):
    name, isl, osl, load, prompts = point.split(':')
    if time.time() > deadline: print('deadline: left out', point, flush=True); continue
    argv = ['--backend', 'openai', '--endpoint', '/v1/completions', '--base-url', 'http://127.0.0.1:8000', '--model', model, '--tokenizer', model,
            '--dataset-name', 'random', '--random-input-len', isl, '--random-output-len', osl, '--ignore-eos', '--num-prompts', prompts,
            '--seed', str(1000 + i), '--percentile-metrics', 'ttft,tpot,itl,e2el', '--metric-percentiles', '50,90,95,99', '--disable-tqdm', '--temperature', '1']
    argv += ['--max-concurrency', load[1:]] if load[0] == 'c' else ['--request-rate', load[1:]]
    t = time.time()
    r = asyncio.run(main_async(parser.parse_args(argv)))
    r = {k: v for k, v in r.items() if not isinstance(v, list)}
    r.update(point=point, wall_s=time.time() - t)
    rows.append(r); json.dump(rows, open(out, 'w'), indent=1)
    print('POINT', point, {k: round(v, 2) for k, v in r.items() if k in ('mean_ttft_ms', 'p95_ttft_ms', 'mean_tpot_ms', 'p95_tpot_ms', 'output_throughput', 'request_throughput', 'duration', 'completed', 'total_input_tokens')}, flush=True)
