"""Turns the engines' latency histograms, which the CloudWatch agent drops, into percentiles and counts over the SLO.

Every interval: what was added to each bucket on this machine since the last one, all engines together.
"""

import http.client
import os
import re
import time
import urllib.request

from machine import emit, load, log

INTERVAL_SECONDS = float(os.environ.get("QWEN_INTERVAL_SECONDS", "60"))
# vLLM's names (vllm/v1/metrics/loggers.py): the second is each request's mean time per output token.
HISTOGRAMS = {"Ttft": "vllm:time_to_first_token_seconds", "Tpot": "vllm:request_time_per_output_token_seconds"}
# prometheus_client's own: another start is another process, whose counts begin at nothing.
STARTED = re.compile(r"^process_start_time_seconds (\S+)", re.MULTILINE)
BUCKET = re.compile(r'^(?P<name>[\w:]+)_bucket\{.*\ble="(?P<le>[^"]+)".*\} (?P<value>\S+)$')


def buckets(text, name):
    """Cumulative counts by upper bound, over all label sets."""
    counts = {}
    for line in text.splitlines():
        match = BUCKET.match(line)
        if match and match["name"] == name:
            counts[float(match["le"])] = counts.get(float(match["le"]), 0) + float(match["value"])
    return counts


def added(before, now):
    """The interval's own cumulative counts. An engine that restarted counts from nothing: some bucket, or the part of it
    that lies above the next lower bound, is then smaller than it was."""
    difference = {bound: count - before.get(bound, 0) for bound, count in now.items()}
    upwards = [0.0] + [difference[bound] for bound in sorted(difference)]
    return difference if upwards == sorted(upwards) else now


def merged(all_counts):
    total = {}
    for counts in all_counts:
        for bound, count in counts.items():
            total[bound] = total.get(bound, 0) + count
    return total


def points(counts):
    """Bounds and counts in order, beginning at nothing below zero seconds."""
    return [(0.0, 0.0), *sorted(counts.items())]


def quantile(counts, share):
    """Linear within its bucket, as Prometheus does; the last finite bound where it lies above that."""
    wanted = share * counts[float("inf")]
    for (low, below), (high, upto) in zip(points(counts), points(counts)[1:]):
        if upto >= wanted and upto > below:
            return low if high == float("inf") else low + (high - low) * (wanted - below) / (upto - below)
    return 0.0


def at_most(counts, bound):
    """How many took at most this long, linear within the bucket."""
    for (low, below), (high, upto) in zip(points(counts), points(counts)[1:]):
        if bound < high:
            return below if high == float("inf") else below + (upto - below) * (bound - low) / (high - low)
    return counts[float("inf")]


def metrics(name, counts, slo_seconds):
    """Nothing where no request ended: a percentile of none would read as 'fast'."""
    total = counts.get(float("inf"), 0)
    sums = {name + "Requests": total, name + "OverSlo": total - at_most(counts, slo_seconds) if total else 0}
    if not total:
        return sums
    return {**sums, name + "P50Seconds": quantile(counts, 0.5), name + "P95Seconds": quantile(counts, 0.95)}


def scrape(port):
    try:
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % port, timeout=10) as answer:
            return answer.read().decode()
    except (OSError, http.client.HTTPException):
        return None


class Sampler:
    def __init__(self, config):
        self.config = config
        self.before = {}

    def sample(self):
        """One interval's metrics; the first sight of an engine only sets its starting point."""
        intervals = {name: [] for name in HISTOGRAMS}
        for replica in self.config["replicas"]:
            text = scrape(replica["port"])
            if text is None:
                continue
            started = STARTED.search(text)
            started = started and started[1]
            for name, source in HISTOGRAMS.items():
                now = buckets(text, source)
                if float("inf") not in now:
                    continue
                before = self.before.get((replica["port"], name))
                self.before[(replica["port"], name)] = (started, now)
                if before is not None:
                    intervals[name].append(added(before[1] if before[0] == started else {}, now))
        found = {}
        for name, counts in intervals.items():
            if counts:
                found.update(metrics(name, merged(counts), self.config["sloSeconds"][name]))
        return found

    def run(self):
        log("sampling every %d s" % INTERVAL_SECONDS)
        while True:
            found = self.sample()
            if found:
                emit(self.config, found)
            time.sleep(INTERVAL_SECONDS)


if __name__ == "__main__":
    Sampler(load()).run()
