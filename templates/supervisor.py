"""Follows this machine's life: says when it serves, restarts an engine that hangs, drains it before it goes.

`supervisor.py`             watch until the machine is wanted gone
`supervisor.py deregister`  on a manual stop or reboot: no new requests
`supervisor.py register`    after a reboot: requests again
"""

import concurrent.futures
import http.client
import os
import ssl
import subprocess
import sys
import time
import urllib.request

import instance_metadata
from machine import RUN, STATE, aws, complete, emit, load, log

POLL_SECONDS = float(os.environ.get("QWEN_POLL_SECONDS", "5"))
# The load balancer's nodes learn of a deregistration within seconds; until then they may send one more request.
SETTLE_SECONDS = 2 * POLL_SECONDS
# An engine that served and then answers no health check for so long hangs: vLLM answers late under long prompts, but
# not this late.
HUNG_POLLS = int(os.environ.get("QWEN_HUNG_POLLS", "36"))
HEALTH_SECONDS = float(os.environ.get("QWEN_HEALTH_SECONDS", "10"))
MARK = os.path.join(STATE, "deregistered")
# Gone after a reboot, kept when this program starts again: what has served is not given up as a failed launch.
LAUNCHED = os.path.join(RUN, "launched")


def metadata(path):
    try:
        return instance_metadata.read(path)
    except (OSError, http.client.HTTPException) as error:
        log("instance metadata: %s; asking again" % error)
        return None


def healthy(port, scheme="http"):
    address = "%s://127.0.0.1:%d/health" % (scheme, port)
    # As the load balancer: encrypted, whoever the proxy says it is.
    context = ssl._create_unverified_context() if scheme == "https" else None
    try:
        with urllib.request.urlopen(address, timeout=HEALTH_SECONDS, context=context) as answer:
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False


def units(config):
    return ["qwen-engine@%d.service" % index for index in range(len(config["replicas"]))]


def process(index):
    """The engine's process: another one after a restart, '0' between two."""
    show = ["systemctl", "show", "--property", "MainPID", "--value", "qwen-engine@%d.service" % index]
    return subprocess.run(show, check=False, capture_output=True, text=True).stdout.strip()


def touch(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8"):
        pass


def targets(config, action, instance_id):
    """Registers or deregisters this machine at its own target group; the reason where that fails."""
    return aws(
        config,
        *["elbv2", action, "--target-group-arn", config["deployed"]["targetGroupArn"]],
        *["--targets", "Id=%s" % instance_id],
    )[1]


def deregister(config, instance_id):
    problem = targets(config, "deregister-targets", instance_id)
    log("no new requests: %s" % (problem or "deregistered from the load balancer"))
    touch(MARK)
    # The engines are stopped next; what the load balancer sends until it has learnt of this is still served.
    time.sleep(SETTLE_SECONDS)


def register(config, instance_id):
    if not os.path.exists(MARK):
        return
    problem = targets(config, "register-targets", instance_id)
    log("back after a reboot: %s" % (problem or "registered at the load balancer"))
    if problem is None:
        os.remove(MARK)


def stop_engines(config, reason):
    log("%s: stopping the engines, running requests finish first" % reason)
    subprocess.run(["systemctl", "stop", *units(config)], check=False)
    log("engines stopped")


class Supervisor:
    def __init__(self, config, instance_id):
        self.config = config
        self.instance_id = instance_id
        self.started = time.monotonic()
        self.launched = os.path.exists(LAUNCHED)
        # The process that served, None before one has.
        self.served = [None] * len(config["replicas"])
        self.silent = [0] * len(config["replicas"])

    def watch_engines(self):
        """Counts each engine's silence; one that served and hangs is killed, so that systemd starts it again."""
        ports = [replica["port"] for replica in self.config["replicas"]]
        # All at once: eight that hang, one after the other, would take most of a spot notice's two minutes.
        with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
            answers = list(pool.map(healthy, ports))
        for index, answers_well in enumerate(answers):
            if answers_well:
                if self.served[index] is None:
                    self.served[index] = process(index)
                self.silent[index] = 0
                continue
            self.silent[index] += 1
            if self.served[index] is None:
                continue
            if process(index) != self.served[index]:
                # It loads again, which takes minutes; systemd counts its restarts.
                self.restarted(index, "engine %d has ended: started again, until its restarts are spent" % index)
            elif self.silent[index] == HUNG_POLLS:
                subprocess.run(["docker", "kill", "qwen-engine-%d" % index], check=False)
                self.restarted(index, "engine %d hangs: killed to start it again" % index)
            elif self.silent[index] == 1:
                log("engine %d answers no health check" % index)

    def restarted(self, index, text):
        """Reports an engine that served and is gone; but not one that was stopped, as before a reboot."""
        self.served[index], self.silent[index] = None, 0
        if os.path.exists(MARK):
            return
        log(text)
        emit(self.config, {"EngineRestarted": 1})

    def announce(self):
        """Completes the launch hook once every engine serves, through the port that the load balancer uses."""
        waited = time.monotonic() - self.started
        if None not in self.served and healthy(self.config["servicePort"], self.config["serviceScheme"]):
            problem = complete(self.config, self.config["launchHook"], self.instance_id, "CONTINUE")
            # None waits: an earlier run of this program, or an operator, has completed it.
            self.launched = problem is None or "No active Lifecycle Action" in problem
            if self.launched:
                touch(LAUNCHED)
            log("serving after %d s: %s" % (waited, problem or "the load balancer may send requests"))
        elif waited > self.config["launchSeconds"]:
            log("not serving after %d s: giving this machine up" % waited)
            emit(self.config, {"BootFailed": 1})
            complete(self.config, self.config["launchHook"], self.instance_id, "ABANDON")
            self.launched = True

    def leave(self):
        """Tells the group that this machine has drained; its hook waits only once the load balancer is done with it."""
        said = None
        while True:
            problem = complete(self.config, self.config["drainHook"], self.instance_id, "CONTINUE")
            if problem is None:
                return log("drained: the Auto Scaling group may terminate this machine")
            if problem != said:
                log("drained, the group does not let go yet: %s" % problem)
            said = problem
            time.sleep(POLL_SECONDS)

    def run(self):
        while True:
            if metadata("autoscaling/target-lifecycle-state") == "Terminated":
                time.sleep(SETTLE_SECONDS)
                stop_engines(self.config, "terminating")
                return self.leave()
            if metadata("spot/instance-action") is not None:
                deregister(self.config, self.instance_id)
                emit(self.config, {"SpotInterruption": 1})
                # Two minutes are left: what takes longer is lost, and the plan says so among its risks.
                return stop_engines(self.config, "spot notice")
            self.watch_engines()
            if not self.launched:
                self.announce()
            time.sleep(POLL_SECONDS)


def main():
    config = load()
    instance_id = metadata("instance-id")
    while instance_id is None:
        time.sleep(POLL_SECONDS)
        instance_id = metadata("instance-id")
    actions = {"deregister": deregister, "register": register}
    if len(sys.argv) > 1:
        actions[sys.argv[1]](config, instance_id)
    else:
        Supervisor(config, instance_id).run()


if __name__ == "__main__":
    main()
