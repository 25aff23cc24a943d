"""Observations (the format of test/data/throughput-observations.json) from what drive.py wrote.
usage: rows.py RESULT.json MODEL_KEY MODEL PRECISION GPU_KEY DATE ENGINE_VERSION 'SERVER ARGS' > OBSERVATIONS.json

Every load gives two rows: the run as served, and the step of decoding alone, which is the median gap between tokens
(steps that hold a prompt are longer, and rarer than one in two at these loads).
"""
import json
import sys

result, key, model, precision, gpu, date, version, args = sys.argv[1:]
rows = []
for run in json.load(open(result)):
    name, isl, osl, load, prompts = run['point'].split(':')
    if name == 'warm':
        continue
    closed = load[0] == 'c'
    base = dict(source='own', measured_on=date, model=model, model_key=key, arch_family='qwen3.5', is_qwen35=True,
                is_qwen35_arch=True, precision=precision, engine='vllm', engine_version=version, gpu_key=gpu, gpu_count=1,
                tp=1, pp=1, dp=1, ep=1, disagg=False, spec_decode='none', prefix_caching=True, dataset='random',
                bench_tool='vllm bench serve', server_args=args, quality='A', flags=[])
    figure = lambda of: {k: round(float(run[f'{k}_{of}_ms']), 2) for k in ('mean', 'median', 'p90', 'p95', 'p99')}
    rows.append(dict(base, id=f'own-{gpu}-{key}-{isl}-{osl}-{load}', phase='serving', isl=int(isl), osl=int(osl), num_prompts=run['completed'],
                     **(dict(concurrency=int(load[1:]), request_rate='inf') if closed else dict(request_rate=float(load[1:]))),
                     req_per_s=round(run['request_throughput'], 3), output_tok_s=round(run['output_throughput'], 1),
                     output_tok_s_derived=False, ttft_ms=figure('ttft'), tpot_ms=figure('tpot'), itl_ms=figure('itl'), e2e_ms=figure('e2el')))
    if closed:
        rows.append(dict(base, id=f'own-{gpu}-{key}-{isl}-{osl}-{load}-decode', phase='decode-steady', isl=int(isl) + int(osl) // 2,
                         concurrency=int(load[1:]), tpot_ms={'mean': figure('itl')['median']}))
print(json.dumps({'observations': rows}, indent=1))
