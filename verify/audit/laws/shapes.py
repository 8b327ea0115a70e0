"""Does it take weights of every shape, none at all among them: a number, a vector, a tensor, an empty one?"""

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine
from verify.audit.laws.trial import gradients, said, weights
from verify.audit.target import Target


def shapes_that_fail(make, step, seed, dtype, shape):
    found = {}
    for tried in ((), (1,), (6,), (0,), (0, 3), (3, 0), (2, 3, 2, 2), (1, 1)):
        p = weights(tried, seed, dtype)
        try:
            optimizer = make([p])
        except (ValueError, TypeError, RuntimeError):
            found[f"refuses {tried}"] = 1.0  # said at once, which is as it should be
            continue
        try:
            for g in gradients(tried, 3, seed, dtype):
                step(optimizer, [p], [g])
            found[f"{tried}"] = 0.0 if bool(p.isfinite().all()) else 1.0
        except Exception as error:
            found[f"{tried}: {said(error)}"] = 2.0
    return {"difference": sum(n for name, n in found.items() if name[0] == "("), **found}


def words(found: Values) -> str:
    shapes = {name: n for name, n in found.items() if name != "difference"}
    refused = [name.removeprefix("refuses ") for name in shapes if name.startswith("refuses")]
    said = f"; it refuses {', '.join(refused)} when it is made" if refused else ""
    raised: dict[str, list[str]] = {}
    for name, n in shapes.items():
        if name[0] == "(" and n == 2:
            shape, _, why = name.partition(": ")
            raised.setdefault(why, []).append(shape)
    bad = [name for name, n in shapes.items() if name[0] == "(" and n == 1]
    faults = [f"for weights of shape {', '.join(which)} step raises {why}" for why, which in raised.items()]
    faults += [f"weights of shape {', '.join(bad)} do not stay finite"] if bad else []
    if faults:
        return f"{'; '.join(faults)}{said}."
    return f"Weights of every shape that it takes are stepped and stay finite{said}."


def law(target: Target, setting: Setting) -> Finding:
    return examine("shapes", target, setting, shapes_that_fail, words)
