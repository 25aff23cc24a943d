#!/usr/bin/env python3
"""Write src/vllm/data/tuned-experts.json from one released vLLM wheel: for which block-scaled FP8 experts it has tuned tiles on Hopper.

    python3 scripts/vllm-releases/tuned_experts.py 0.33.0 vllm-0.33.0-….whl

File names alone tell: E=<experts>,N=<width on a GPU>,device_name=<as CUDA names it>,dtype=fp8_w8a8,block_shape=[128,128].json.
"""
import json
import pathlib
import re
import sys
import zipfile

# As torch.cuda.get_device_name() says it, spaces as underscores; every H200 counts as one (fused_moe.py, get_config_file_name).
DEVICES = {"H100": "NVIDIA_H100_80GB_HBM3", "H100-NVL": "NVIDIA_H100_NVL", "H200": "NVIDIA_H200"}
FOLDER = "vllm/model_executor/layers/fused_moe/configs"
NAME = re.compile(rf"{FOLDER}/E=(\d+),N=(\d+),device_name=([^,]+),dtype=fp8_w8a8,block_shape=\[128,128\]\.json")

version, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel) as package:
    found = [match.groups() for match in map(NAME.fullmatch, package.namelist()) if match]
tuned = {gpu: sorted(f"{e}x{n}" for e, n, name in found if name == device) for gpu, device in DEVICES.items()}
if not found:
    sys.exit(f"{wheel}: no tuned FP8 experts in {FOLDER}: has the folder moved?")
data = {"source": f"vllm {version} (wheel), {FOLDER}/*,dtype=fp8_w8a8,block_shape=[128,128].json", "expertsByWidth": tuned}
out = pathlib.Path(__file__).resolve().parent.parent.parent / "src/vllm/data/tuned-experts.json"
out.write_text(json.dumps(data, indent=1) + "\n")
