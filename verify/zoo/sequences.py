"""The zoo: transformers and recurrent nets."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize, scaled_dot_product_attention

from verify.zoo.architecture import Architecture, Label

WIDTH, HEADS, CLASSES, TOKENS, LENGTH = 12, 3, 10, 17, 8
SIZE = WIDTH // HEADS

Norm = Callable[[int], nn.Module]


class Attention(nn.Module):
    """Causal or full attention with one matrix for queries, keys and values; `norm` for queries and keys, by head."""

    def __init__(self, norm: Norm | None = None, causal: bool = False, bias: bool = False) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH, bias=bias), nn.Linear(WIDTH, WIDTH, bias=bias)
        self.norm_q, self.norm_k = (norm(SIZE), norm(SIZE)) if norm else (nn.Identity(), nn.Identity())
        self.causal = causal

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (t.unflatten(-1, (HEADS, SIZE)).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
        y = scaled_dot_product_attention(self.norm_q(q), self.norm_k(k), v, is_causal=self.causal)
        return self.out(y.transpose(1, 2).flatten(2))


class Unit(nn.Module):
    """v ↦ τ v/‖v‖: cosine attention with a learnt temperature."""

    def __init__(self, _size: int) -> None:
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.temperature * normalize(x, dim=-1)


class Layer(nn.Module):
    """A layer with normalisation before each branch (pre), after it (res-post), or after the sum (post)."""

    def __init__(self, eps: float, where: str, attention: Attention, bias: bool = False) -> None:
        super().__init__()
        self.where, self.attention = where, attention
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps), nn.LayerNorm(WIDTH, eps)
        self.one, self.two = nn.Linear(WIDTH, 2 * WIDTH, bias=bias), nn.Linear(2 * WIDTH, WIDTH, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        for norm, branch in ((self.norm1, self.attention), (self.norm2, self.mlp)):
            if self.where == "pre":
                x = x + branch(norm(x))
            else:
                x = x + norm(branch(x)) if self.where == "res-post" else norm(x + branch(x))
        return x

    def mlp(self, x: Tensor) -> Tensor:
        return self.two(gelu(self.one(x)))


class Classifier(nn.Module):
    """Rows of an image as tokens, two layers, the mean of the last."""

    def __init__(self, eps: float, where: str, norm: Norm | None = None, bias: bool = False) -> None:
        super().__init__()
        self.embed, self.position = nn.Linear(8, WIDTH), nn.Parameter(0.02 * torch.randn(LENGTH, WIDTH))
        self.layers = nn.Sequential(*(Layer(eps, where, Attention(norm, bias=bias), bias) for _ in range(2)))
        self.norm, self.head = nn.LayerNorm(WIDTH, eps), nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.layers(self.embed(x) + self.position)).mean(1))


class GPT(nn.Module):
    """A small language model. tied: the head is the embedding; normed: an RMSNorm right after the embedding."""

    def __init__(self, eps: float, tied: bool, normed: bool, norm: Norm | None = None) -> None:
        super().__init__()
        self.embed, self.position = nn.Embedding(TOKENS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.first = nn.RMSNorm(WIDTH, eps, elementwise_affine=False) if normed else nn.Identity()
        self.layers = nn.Sequential(*(Layer(eps, "pre", Attention(norm, causal=True)) for _ in range(2)))
        self.norm, self.head = nn.RMSNorm(WIDTH, eps), nn.Linear(WIDTH, TOKENS, bias=False)
        if tied:
            self.head.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.first(self.embed(tokens)) + self.position(torch.arange(tokens.shape[1], device=tokens.device))
        return self.head(self.norm(self.layers(x)))


class Torch(nn.Module):
    """torch.nn.TransformerEncoderLayer with dropout, as a classifier."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.embed = nn.Linear(8, WIDTH)
        self.layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 2 * WIDTH, 0.1, batch_first=True, layer_norm_eps=eps)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.layer(self.embed(x)).mean(1))


class Recurrent(nn.Module):
    """An LSTM with LayerNorm on: nothing, "each" product of weights and vectors, their "sum", each "gate" of each."""

    def __init__(self, eps: float, normalised: str) -> None:
        super().__init__()
        self.normalised = normalised
        self.input, self.hidden = nn.Linear(8, 4 * WIDTH, bias=False), nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        size = WIDTH if normalised == "gate" else 4 * WIDTH
        self.norm_input, self.norm_hidden = nn.LayerNorm(size, eps), nn.LayerNorm(size, eps)
        self.head = nn.Linear(WIDTH, CLASSES)

    def gates(self, x: Tensor, h: Tensor) -> Tensor:
        x, h = self.input(x), self.hidden(h)
        if self.normalised == "sum":
            return self.norm_input(x + h)
        if self.normalised == "gate":
            x, h = x.unflatten(1, (4, WIDTH)), h.unflatten(1, (4, WIDTH))
        return (self.norm_input(x) + self.norm_hidden(h)).flatten(1)

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_full((len(x), WIDTH), 0.1)
        c = torch.linspace(-1, 1, WIDTH).to(x).expand_as(h)
        h = h * c
        for row in x.unbind(1):
            i, f, g, o = self.gates(row, h).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return self.head(h)


class LSTM(nn.Module):
    """torch.nn.LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.head = nn.LSTM(8, WIDTH, batch_first=True), nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(x)[0][:, -1])


QUERIES_AND_KEYS = (0, 2 * WIDTH, SIZE)
BY_HEAD: dict[str, Label] = {"*qkv.weight": (QUERIES_AND_KEYS,)}
ARCHITECTURES = (
    Architecture("vit", "rows", lambda eps: Classifier(eps, "pre"), why="no product with weights is normalised"),
    Architecture(
        "vit-qk-norm",
        "rows",
        lambda eps: Classifier(eps, "pre", lambda size: nn.RMSNorm(size, eps)),
        BY_HEAD,
        why="queries and keys by head; values not",
    ),
    Architecture(
        "vit-qk-norm-bias",
        "rows",
        lambda eps: Classifier(eps, "pre", lambda size: nn.RMSNorm(size, eps), True),
        why="a bias in front of the norm",
    ),
    Architecture(
        "swin-v2",
        "rows",
        lambda eps: Classifier(eps, "res-post", Unit),
        {
            "*qkv.weight": (QUERIES_AND_KEYS, (2 * WIDTH, 3 * WIDTH, WIDTH)),
            "*attention.out.weight": "whole",
            "*two.weight": "whole",
        },
        why="cosine attention; each branch ends in a LayerNorm, and the attention's is linear in all values together",
    ),
    Architecture("post-norm", "rows", lambda eps: Classifier(eps, "post"), why="a sum is normalised, not its parts"),
    Architecture("torch-encoder", "rows", Torch, why="post-norm, with dropout"),
    Architecture("gpt-tied", "tokens", lambda eps: GPT(eps, True, False), why="no product with weights is normalised"),
    Architecture(
        "gpt-qk-norm",
        "tokens",
        lambda eps: GPT(eps, False, True, lambda size: nn.RMSNorm(size, eps, elementwise_affine=False)),
        {"embed.weight": "channel", **BY_HEAD},
        why="each token's row of the embedding is normalised",
    ),
    Architecture(
        "gpt-tied-normed",
        "tokens",
        lambda eps: GPT(eps, True, True),
        why="the head reads the embedding's rows, and it is not normalised",
    ),
    Architecture("lstm", "rows", lambda eps: LSTM(), why="nothing normalises"),
    Architecture(
        "lstm-ln", "rows", lambda eps: Recurrent(eps, "each"), {"input.weight": "whole", "hidden.weight": "whole"}
    ),
    Architecture("lstm-ln-gates", "rows", lambda eps: Recurrent(eps, "gate"), {"input.weight": 4, "hidden.weight": 4}),
    Architecture(
        "lstm-ln-sum", "rows", lambda eps: Recurrent(eps, "sum"), why="both weights together, neither by itself"
    ),
)
