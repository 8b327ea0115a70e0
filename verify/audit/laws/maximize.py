"""Is a step that maximizes the step with the opposite gradient?"""

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, not_applicable, size
from verify.audit.laws.trial import follow, gap, gradients, weights
from verify.audit.target import Target


def distance_of_uphill_and_opposite(make, step, seed, dtype, shape):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 4, seed, dtype)
    uphill = follow(make, step, start, pushes, maximize=True)[1]
    return {"difference": gap(uphill, follow(make, step, start, [-g for g in pushes], maximize=False)[1])}


def words(found: Values) -> str:
    if not found["difference"]:
        return "maximize=True is the run with the opposite gradients, bit for bit."
    return f"maximize=True differs from the run with the opposite gradients by {size(found['difference'])}, relative."


def law(target: Target, setting: Setting) -> Finding:
    if not target.accepts("maximize"):
        return not_applicable("maximize", "It takes no maximize.")
    return examine("maximize", target, setting, distance_of_uphill_and_opposite, words)
