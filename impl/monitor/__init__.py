"""The effective quantities of a training run, logged through the hooks of its optimizer.

    monitor = SphericalMonitor(model, optimizer, every=10, sinks=[JSONL("run.jsonl")])

Nothing else in the training loop changes. `monitor.records` is a list of dicts, a row a parameter and logged step; see
`impl.monitor.effective.Effective` and `impl.monitor.equilibrium.Equilibrium` for what the columns are.
"""

from impl.monitor.alarms import Alarm
from impl.monitor.monitor import SphericalMonitor
from impl.monitor.rules import Rule
from impl.monitor.sinks import JSONL, TensorBoard, WeightsAndBiases

__all__ = ["JSONL", "Alarm", "Rule", "SphericalMonitor", "TensorBoard", "WeightsAndBiases"]
