"""Image classification data: scikit-learn's digits, and CIFAR-10 in its binary version; batches in a fixed order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import torch
from torch import Tensor

CIFAR_TRAIN = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
CIFAR_TEST = ("test_batch.bin",)
CIFAR_SHAPE = (3, 32, 32)
CIFAR_RECORD = 1 + 3 * 32 * 32
CIFAR_CLASSES = 10
CIFAR_WHERE = "the binary version of CIFAR-10, cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html"


@dataclass(frozen=True)
class Dataset:
    """Images, float32 of shape (n, channels, height, width), normalised by the training set's mean and standard
    deviation per channel, and labels, int64 of shape (n,) in 0 … classes - 1; a training and a test part."""

    name: str
    classes: int
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor

    @property
    def channels(self) -> int:
        return self.train_images.shape[1]

    def to(self, dtype: torch.dtype) -> "Dataset":
        """The same data with images of another dtype."""
        return replace(self, train_images=self.train_images.to(dtype), test_images=self.test_images.to(dtype))


@dataclass(frozen=True)
class Batches:
    """Training batches in an order that depends on the seed alone: `batches[step]` is (images, labels) of any step.

    Every epoch is one permutation of the training set, of which the last, incomplete batch is dropped. Augmentation:
    crop > 0 shifts each image by up to `crop` pixels, filling with zeros; flip mirrors every other image, at random.
    """

    dataset: Dataset
    size: int
    seed: int = 0
    crop: int = 0
    flip: bool = False

    def __post_init__(self) -> None:
        n = len(self.dataset.train_labels)
        if not 1 <= self.size <= n:
            raise ValueError(f"size={self.size!r}: a batch holds 1 to {n} images, all of {self.dataset.name}")
        if self.crop < 0:
            raise ValueError(f"crop={self.crop!r}: give a number of pixels ≥ 0")

    @property
    def steps_per_epoch(self) -> int:
        return len(self.dataset.train_labels) // self.size

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        if step < 0:
            raise IndexError(f"step={step!r}: steps count from 0")
        epoch, position = divmod(step, self.steps_per_epoch)
        order = torch.randperm(len(self.dataset.train_labels), generator=self._generator(0, epoch))
        chosen = order[position * self.size : (position + 1) * self.size]
        images = self.dataset.train_images[chosen]
        generator = self._generator(1, step)
        if self.flip:
            mirrored = torch.rand(len(images), generator=generator) < 0.5
            images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
        if self.crop:
            images = _shift(images, self.crop, generator)
        return images, self.dataset.train_labels[chosen]

    def _generator(self, purpose: int, index: int) -> torch.Generator:
        # torch's CPU generator keeps only the low 32 bits of a seed: numbers packed into the high ones would be lost.
        state = numpy.random.SeedSequence([self.seed, purpose, index]).generate_state(1)
        return torch.Generator().manual_seed(int(state[0]))


def digits() -> Dataset:
    """The 1797 digits of 8x8 pixels that come with scikit-learn (real scans); every fifth image is a test image."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("digits() needs scikit-learn: pip install 'orthodrome[experiments]'") from error
    bunch = load_digits()
    images = torch.from_numpy(bunch.images).float().unsqueeze(1)
    labels = torch.from_numpy(bunch.target).long()
    test = torch.arange(len(labels)) % 5 == 4
    return _normalised("digits", 10, images[~test], labels[~test], images[test], labels[test])


def cifar10(root: str | Path) -> Dataset:
    """CIFAR-10 from a folder holding its binary version (or a folder above it, holding `cifar-10-batches-bin`).

    A record is one byte of label and 3072 of image: 1024 red, 1024 green, 1024 blue, row by row. Raises
    FileNotFoundError for a missing file, OSError for one that cannot be read, ValueError for one with a part of a
    record or an unknown label.
    """
    folder = Path(root)
    if (folder / "cifar-10-batches-bin").is_dir():
        folder = folder / "cifar-10-batches-bin"
    train, test = _read_records(folder, CIFAR_TRAIN), _read_records(folder, CIFAR_TEST)
    return _normalised("cifar10", CIFAR_CLASSES, *train, *test)


def _read_records(folder: Path, names: Sequence[str]) -> tuple[Tensor, Tensor]:
    images, labels = [], []
    for path in (folder / name for name in names):
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: unpack {CIFAR_WHERE}, and give its folder as root")
        try:
            content = path.read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise OSError(f"{path} cannot be read ({reason}): allow it, or unpack {CIFAR_WHERE} again") from error
        if not content or len(content) % CIFAR_RECORD:
            raise ValueError(
                f"{path} has {len(content)} bytes, expected a positive multiple of {CIFAR_RECORD}: "
                f"it is damaged or of another format; unpack {CIFAR_WHERE} again"
            )
        records = torch.frombuffer(bytearray(content), dtype=torch.uint8).view(-1, CIFAR_RECORD)
        wrong = (records[:, 0] >= CIFAR_CLASSES).nonzero()
        if len(wrong):
            first = int(wrong[0])
            raise ValueError(
                f"{path}: record {first} has label {int(records[first, 0])}, expected 0 to {CIFAR_CLASSES - 1}: "
                f"it is damaged or of another format (CIFAR-100?); unpack {CIFAR_WHERE} again"
            )
        labels.append(records[:, 0].long())
        images.append(records[:, 1:].view(-1, *CIFAR_SHAPE))
    return torch.cat(images).float(), torch.cat(labels)


def _normalised(name: str, classes: int, images: Tensor, labels: Tensor, test: Tensor, test_labels: Tensor) -> Dataset:
    # Moments in float64: a float32 mean over 1.5e8 pixels would carry its rounding into every experiment.
    pixels = images.double()
    std, mean = torch.std_mean(pixels, dim=(0, 2, 3), keepdim=True, correction=0)
    if not (std > 0).all():
        raise ValueError(f"{name}: a channel of the training images is constant, so it cannot be normalised")
    return Dataset(
        name, classes, ((pixels - mean) / std).float(), labels, ((test.double() - mean) / std).float(), test_labels
    )


def _shift(images: Tensor, crop: int, generator: torch.Generator) -> Tensor:
    """Each image shifted by its own random offset of up to `crop` pixels in both directions, zeros coming in."""
    n, _, height, width = images.shape
    padded = torch.nn.functional.pad(images, (crop, crop, crop, crop))
    offsets = torch.randint(2 * crop + 1, (2, n, 1), generator=generator)
    rows, columns = offsets[0] + torch.arange(height), offsets[1] + torch.arange(width)
    sample = torch.arange(n)[:, None, None]
    return padded.permute(0, 2, 3, 1)[sample, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
