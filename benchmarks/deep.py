"""A training step of each network against the same step in a bare PyTorch loop.

Run with ``make bench-deep``. The tables in ``benchmarks/results`` are written here and never edited
by hand. The bare loop is what a tutorial shows: float images standardised beforehand, torch's
default layout and optimiser. Ours takes 8-bit images and standardises them batch by batch. Both
start from the same weights, and their first losses are compared before anything is timed.
"""

import copy
import json

import torch
from torch.nn import functional

from benchmarks._timing import RESULTS, alternate, stamp, stamp_lines, table
from benchmarks.plots import write_page
from imgpipe.learn.networks import Augmentation
from imgpipe.learn.networks.build import build
from imgpipe.learn.networks.fitting import training
from imgpipe.learn.networks.fitting.optimise import make_optimizer
from imgpipe.learn.networks.settings import Choices, Recipe

# name, shape of an image, batch: the sizes that the networks are made for
CASES = (
    ("cnn", (1, 28, 28), 64),
    ("cnn", (3, 28, 28), 64),
    ("cnn-deep", (3, 32, 32), 64),
    ("cnn-large", (1, 224, 224), 8),
    ("vgg16", (3, 64, 64), 8),
    ("resnet18-28", (1, 28, 28), 16),
)
CLASSES = 2
LIMIT = 1.2  # of the bare loop's time, without augmentation


def steps(name: str, shape: tuple[int, int, int], batch: int) -> list:
    """Make one call per rival: the bare loop, ours, and ours with augmentation."""
    torch.manual_seed(0)
    images = torch.randint(0, 255, (4 * batch, *shape), dtype=torch.uint8)
    codes = torch.randint(0, CLASSES, (4 * batch,))
    mean, scale = torch.full((shape[0],), 127.0), torch.full((shape[0],), 74.0)
    ours = build(name, shape[1:], CLASSES, Choices(dropout=0.0), mean, scale).train()
    augmented = copy.deepcopy(ours)
    bare = copy.deepcopy(ours).to(memory_format=torch.contiguous_format)
    ready = (images.float() - 127.0) / 74.0
    if ready.shape[1] < bare.standardise.channels:
        ready = ready.repeat(1, bare.standardise.channels, 1, 1)
    plain = torch.optim.Adam(bare.parameters(), lr=1e-3)
    recipe = Recipe()
    optimizers = [make_optimizer(network, recipe) for network in (ours, augmented)]
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(codes)).split(batch)
    turn = iter(range(10**9))

    def bare_step() -> float:
        chosen = order[next(turn) % len(order)]
        plain.zero_grad()
        loss = functional.cross_entropy(bare.body(ready[chosen]), codes[chosen])
        loss.backward()
        plain.step()
        return float(loss.detach())

    def our_step() -> float:
        chosen = order[next(turn) % len(order)]
        return float(training.step(ours, images[chosen], codes[chosen], optimizers[0], recipe))

    def augmented_step() -> float:
        chosen = order[next(turn) % len(order)]
        return float(
            training.step(
                augmented,
                images[chosen],
                codes[chosen],
                optimizers[1],
                recipe,
                None,
                Augmentation(),
                generator,
            )
        )

    first = order[0]
    theirs = functional.cross_entropy(bare.body(ready[first]), codes[first])
    mine = functional.cross_entropy(ours(images[first]), codes[first])
    torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-4)
    return [bare_step, our_step, augmented_step]


def main() -> None:
    torch.set_num_threads(1)
    rows = []
    for name, shape, batch in CASES:
        bare, ours, augmented = alternate(steps(name, shape, batch), seconds=12.0, least=15)
        rows.append(
            {
                "network": name,
                "image": "x".join(map(str, shape)),
                "batch": batch,
                "bare_ms": 1e3 * bare,
                "imgpipe_ms": 1e3 * ours,
                "ratio": ours / bare,
                "augmented_ratio": augmented / bare,
            }
        )
        print(rows[-1], flush=True)
    write(rows)


def write(rows: list[dict]) -> None:
    facts = stamp(("imgpipe", "torch", "numpy"), threads=1)
    header = ("network", "image", "batch", "bare ms", "imgpipe ms", "ratio", "with augmentation")
    cells = [
        (
            row["network"],
            row["image"],
            str(row["batch"]),
            f"{row['bare_ms']:.1f}",
            f"{row['imgpipe_ms']:.1f}",
            f"{row['ratio']:.2f}",
            f"{row['augmented_ratio']:.2f}",
        )
        for row in rows
    ]
    worst = max(row["ratio"] for row in rows)
    text = [
        "# A training step against a bare PyTorch loop",
        "",
        "Median milliseconds of one step (forward, backward, Adam), one thread, rivals in turns.",
        "A ratio below 1 means that ours is faster: it uses the channels-last layout and the fused",
        f"optimiser. Worst ratio {worst:.2f}; at most {LIMIT} is allowed.",
        "",
        table(header, cells),
        "",
        *stamp_lines(facts),
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    write_page(RESULTS / "deep.md", "\n".join(text))
    document = json.dumps({"facts": facts, "rows": rows}, indent=2)
    (RESULTS / "deep.json").write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
