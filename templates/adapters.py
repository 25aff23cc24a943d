"""Whether an engine can serve an adapter as it was planned: vLLM would say so minutes later, or not at all.

Only safetensors: vLLM would read an adapter_model.bin too, but that is a pickle.
"""

import json
import os

import weights
from machine import fail, log

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
# Where vLLM 0.33 finds the layer of a tensor, as it mounts the language model of these models as `language_model`: the adapter
# was trained on the whole model (models/qwen3_vl.py, hf_to_vllm_mapper) or on the language model alone
# (lora/model_manager.py, _get_text_lora_names). Tensors of other names are left out without a word, as are those of layers
# that --lora-target-modules leaves out (vllm#48019, vllm#49354, vllm#55193).
KNOWN = (
    *("model.language_model.", "language_model.model.", "language_model.lm_head."),
    *("model.layers.", "model.embed_tokens.", "lm_head."),
)
# The format's own limit.
LONGEST_HEADER = 100_000_000


class Unfit(Exception):
    """What is wrong with an adapter, and the fix."""

    pass  # Doc comments do not reach the machine.


def settings(folder):
    path = os.path.join(folder, CONFIG)
    if not os.path.exists(path):
        raise Unfit("it has no %s; name a commit that save_pretrained of PEFT has written" % CONFIG)
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        ranks = [found["r"], *(found.get("rank_pattern") or {}).values()]
        return str(found.get("base_model_name_or_path")), max(int(rank) for rank in ranks)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unfit("its %s gives no whole number as r; save it with PEFT again (%r)" % (CONFIG, error)) from error


def tensor_names(folder):
    """The names in a safetensors file: eight bytes for the length of a JSON header, then that header."""
    path = os.path.join(folder, TENSORS)
    if not os.path.exists(path):
        raise Unfit("it has no %s (a .bin is not served); save it with PEFT's safe_serialization" % TENSORS)
    try:
        with open(path, "rb") as file:
            header = json.loads(file.read(min(int.from_bytes(file.read(8), "little"), LONGEST_HEADER)))
        return [name for name in header if ".lora_" in name]
    except (ValueError, TypeError) as error:
        raise Unfit("its %s is no safetensors file; save it with PEFT again (%r)" % (TENSORS, error)) from error


def has_room(name, modules):
    return modules is None or (name.split(".lora_")[0].rsplit(".", 1)[-1] in modules and ".experts." not in name)


def examine(folder, adapter, engine):
    """@raises Unfit where the engine could not serve the adapter, or would without any effect"""
    model = engine["model"]
    base, rank = settings(folder)
    if rank > adapter["rank"]:
        planned = adapter["rank"]
        raise Unfit("its rank is %d, planned is %d; give it rank: %d in adapters and plan again" % (rank, planned, rank))
    names = tensor_names(folder)
    without = [name for name in names if not name.replace("base_model.model.", "").startswith(KNOWN)]
    beyond = [name for name in names if name not in without and not has_room(name, engine["adapterModules"])]
    if len(without) == len(names):
        example = ", such as %.200r" % without[0] if names else ""
        fix = "docs/deploy.md, Adapters, says which names count"
        raise Unfit("none of its %d tensors belongs to a layer of %s%s; %s" % (len(names), model, example, fix))
    if beyond:
        raise Unfit("it changes layers without room, such as %.200r; plan with sizing.adapterLayers: all" % beyond[0])
    title = weights.title(adapter)
    if without:
        log("%s: %d of %d tensors have no effect, such as %.200r" % (title, len(without), len(names), without[0]))
    if model.lower() not in base.lower():
        log("%s: made for %.200r, served with %s: compare their answers" % (title, base, model))


def check(config, adapter):
    """Ends the program with one line where an adapter cannot be served: no engine starts."""
    folder = weights.snapshot(config, adapter, adapter["revision"])
    try:
        examine(folder, adapter, config["engine"])
    except Unfit as problem:
        fail("adapter %s, %s at %s: %s" % (adapter["name"], adapter["repository"], adapter["revision"], problem))
