"""A small `reports/` with one of everything, and the ways in which a page can be broken on purpose."""

import json
from pathlib import Path

CLAIM = r"""### {id}

**{verdict}** · PROVED · Lemma {at}, (2)

> $\langle\nabla\mathcal L(x),x\rangle={at}$ for every $x\ne0$

It holds where $\frac{{1}}{{\Vert x\Vert }}\lt \infty$, see [SP-A](#sp-a){more}.

**Theorem: the gradient is tangent** · PROVED

$${{\langle \nabla \mathcal{{L}}(x), x \rangle}} = 0$$

<details><summary>1 hypothesis, 1 step</summary>

- *ray*: $\mathcal{{L}}(\left(t + 1\right) x) = \mathcal{{L}}(x)$; for every t > -1

**1. differentiate** by chain rule, from *ray*. PROVED

$$\begin{{cases}}x&0\\y&1\end{{cases}}$$

</details>

**Numeric evidence**

| law | cases | worst error |
|---|--:|--:|
| gradient is tangent | 1000 | 2e-15 |

**Notes**

- “Almost everywhere” is not used.
"""

PAPER = """# A paper

Paper 1: somebody. Every statement as printed, with the verdict on it.

[Scorecard](README.md) · [Errata](errata.md#sp-b)

## Figures

![a-figure](figures/a-figure.svg)

*What it shows; $x_1$*

## Claims

"""

SCHEMES = r"""# Schemes

Read off ([SP-A](paper.md#sp-a)).

| scheme | $\eta^e$ | $c$ | at rest |
|---|---|---|---|
| [sgd](#sgd) | $\frac{\eta}{r^{2}}$ | $\nabla\mathcal{L}(u)$ | [not derived](equilibria.md#without-an-equilibrium) |
| [sgd-m](#sgd-m) | $\frac{A}{1-A}$ | $r m_{k}$ | [norm](equilibria.md#sgd-m) |
| [sgd-m](#sgd-m), k = 0 | $\eta$ | $u$ | [norm](equilibria.md#sgd-m) |

## Scheme by scheme

### sgd

SGD.

```
x_{k+1} = x_k - η ∇L(x_k)
```

### sgd-m

SGD with momentum.

```
m_k = β m_{k-1} + ∇L(x_k)
```
"""

EQUILIBRIA = r"""# Equilibria

## In numbers

| scheme | $\Vert w^\ast\Vert$ |
|---|--:|
| sgd-m | 2.5 |

## Scheme by scheme

### sgd-m

SGD with momentum.

$$x=1$$

## Without an equilibrium

| scheme | why | what happens instead |
|---|---|---|
| sgd | has no weight decay | it grows, see [SP-B](paper.md#sp-b) |
"""

ERRATA = """# Errata

## False

### SP-B

[proof](paper.md#sp-b)
"""

SCORECARD = """# Scorecard

See [errata](errata.md), [programs](claims.json) and [the meaning](../README.md#what-proved-means).

| paper | all |
|---|--:|
| [1](paper.md) A paper | 3 |

| claim | finding |
|---|---|
| [SP-A](paper.md#sp-a) | fine |
"""

FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4" width="80" height="40"><path d="M0 0 8 4"/></svg>'

CLAIMS = (("SP-A", "holds", ""), ("SP-A-B", "false", ""), ("SP-B", "order", " and SP-A-B"))


def write(root: Path) -> Path:
    """A repository with these pages; returns its reports/."""
    reports = root / "reports"
    (reports / "figures").mkdir(parents=True)
    claims = [CLAIM.format(id=id, verdict=v, at=at, more=more) for at, (id, v, more) in enumerate(CLAIMS)]
    files = {
        "README.md": SCORECARD,
        "paper.md": PAPER + "\n".join(claims),
        "schemes.md": SCHEMES,
        "equilibria.md": EQUILIBRIA,
        "errata.md": ERRATA,
        "claims.json": json.dumps([{"id": id, "verdict": verdict} for id, verdict, _ in CLAIMS]),
        "figures/a-figure.svg": FIGURE,
    }
    for name, text in files.items():
        (reports / name).write_text(text, encoding="utf-8")
    (root / "README.md").write_text('# orthodrome\n\n## What "proved" means\n\nThis.\n', encoding="utf-8")
    return reports


WIDE = '<div style="width: 900px">wide</div>'
BROKEN = {
    "console": ("</article>", '<script>console.error("no")</script></article>'),
    "console, thrown": ("</article>", "<script>nowhere()</script></article>"),
    "request": ("</article>", '<img alt="" src="http://elsewhere.invalid/x.png"></article>'),
    "request, lost": ("</article>", '<img alt="" src="lost.png"></article>'),
    "formula": ("</article>", r"<p>the rate $\frac{1}{2}$</p></article>"),
    "formula, flat": ("</article>", '<math style="display: none"><mi>x</mi></math></article>'),
    "formula, lost": ('<span class="formula" data-search-exclude><math', '<span class="formula"><b hidden>x</b><m'),
    "formula, acting": ("</article>", '<math><mi href="sp-b.html">x</mi></math></article>'),
    "formula, coloured": ("</article>", '<math style="color: #aaa"><mi>x</mi></math></article>'),
    "anchor": ("</article>", '<a href="sp-a.html#nowhere">there</a></article>'),
    "anchor, file": ("</article>", '<a href="nowhere.html">there</a></article>'),
    "axe": ("</article>", '<img src="../figures/a-figure.svg"></article>'),
    "axe, pale": ("</article>", '<p style="color: #bbb; background: #fff">pale</p></article>'),
    "axe, dark": ("</article>", '<p style="color: #333">dark on dark</p></article>'),
    "axe, head": ("</article>", "<table><tr><th></th><th>a</th></tr><tr><td>b</td><td>c</td></tr></table></article>"),
    "overflow": ("</article>", f"{WIDE}</article>"),
    "colours": ('data-md-color-media="(prefers-color-scheme)"', 'data-md-color-media="none"'),
}
"""What is looked for, and how a page comes to have it: text of the page, and what stands in its place."""
