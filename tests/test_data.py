"""Data loaders: real digits, CIFAR-10's binary format, batches that the seed alone decides."""

import builtins

import pytest
import torch

from impl.data import CIFAR_RECORD, CIFAR_TEST, CIFAR_TRAIN, Batches, Dataset, cifar10, digits
from verify.tolerance import roundoff


@pytest.fixture
def cifar_folder(tmp_path):
    """A small data set in the binary format: 4 records a file, every byte known."""
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for index, name in enumerate((*CIFAR_TRAIN, *CIFAR_TEST)):
        content = bytearray()
        for record in range(4):
            content.append((index + record) % 10)
            content.extend((index * 31 + record * 7 + pixel) % 256 for pixel in range(CIFAR_RECORD - 1))
        (folder / name).write_bytes(bytes(content))
    return folder


def test_digits_are_all_there_normalised_and_split():
    data = digits()
    assert data.train_images.shape == (1438, 1, 8, 8)
    assert data.test_images.shape == (359, 1, 8, 8)
    assert data.channels == 1
    assert sorted(set(data.train_labels.tolist())) == list(range(10))
    assert abs(data.train_images.double().mean()) < roundoff(2, torch.float32)  # of numbers of size 1
    assert abs(data.train_images.double().std(correction=0) - 1) < roundoff(2, torch.float32)
    assert data.to(torch.float64).train_images.dtype == torch.float64


def test_digits_without_scikit_learn_says_what_to_install(monkeypatch):
    def refuse(name, *rest, **options):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return original(name, *rest, **options)

    original = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match="pip install"):
        digits()


def test_cifar10_is_read_byte_by_byte_in_the_order_of_its_files(cifar_folder):
    data = cifar10(cifar_folder)
    assert data.train_images.shape == (20, 3, 32, 32) and data.test_images.shape == (4, 3, 32, 32)
    assert data.train_labels.tolist() == [(i + r) % 10 for i in range(5) for r in range(4)]
    assert data.test_labels.tolist() == [5, 6, 7, 8]
    raw = torch.tensor(
        [[(i * 31 + r * 7 + p) % 256 for p in range(3072)] for i in range(6) for r in range(4)], dtype=torch.float64
    ).view(24, 3, 32, 32)
    mean, std = raw[:20].mean((0, 2, 3), keepdim=True), raw[:20].std((0, 2, 3), correction=0, keepdim=True)
    allowed = {"rtol": 0, "atol": roundoff(4, torch.float32) * float(((raw - mean) / std).abs().max())}
    torch.testing.assert_close(data.train_images, ((raw - mean) / std).float()[:20], **allowed)
    torch.testing.assert_close(data.test_images, ((raw - mean) / std).float()[20:], **allowed)


def test_cifar10_is_found_from_the_folder_above(cifar_folder):
    assert len(cifar10(cifar_folder.parent).train_labels) == 20


def test_a_missing_cifar_file_is_named_with_the_way_out(cifar_folder):
    (cifar_folder / "data_batch_3.bin").unlink()
    with pytest.raises(FileNotFoundError, match=r"data_batch_3\.bin is missing.*cifar-10-binary\.tar\.gz"):
        cifar10(cifar_folder)


@pytest.mark.parametrize("content", [b"", b"\x00" * (CIFAR_RECORD - 1)])
def test_a_cut_cifar_file_is_refused(cifar_folder, content):
    (cifar_folder / "test_batch.bin").write_bytes(content)
    with pytest.raises(ValueError, match=rf"test_batch\.bin has {len(content)} bytes, expected .* {CIFAR_RECORD}"):
        cifar10(cifar_folder)


def test_a_label_out_of_range_is_refused(cifar_folder):
    path = cifar_folder / "data_batch_2.bin"
    content = bytearray(path.read_bytes())
    content[2 * CIFAR_RECORD] = 10
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"data_batch_2\.bin: record 2 has label 10, expected 0 to 9"):
        cifar10(cifar_folder)


@pytest.fixture
def tiny():
    images = torch.arange(1.0, 1 + 10 * 2 * 4 * 4).view(10, 2, 4, 4)
    return Dataset("tiny", 10, images, torch.arange(10), images[:2], torch.arange(2))


def test_batches_are_a_permutation_each_epoch_decided_by_the_seed(tiny):
    batches = Batches(tiny, 5, seed=3)
    epochs = [[batches[2 * e + s][1].tolist() for s in range(2)] for e in range(2)]
    for first, second in epochs:
        assert sorted(first + second) == list(range(10))
    assert epochs[0] != epochs[1]
    assert torch.equal(Batches(tiny, 5, seed=3)[7][0], batches[7][0])
    assert Batches(tiny, 5, seed=4)[0][1].tolist() != epochs[0][0]


def test_images_stay_with_their_labels(tiny):
    images, labels = Batches(tiny, 4)[1]
    assert torch.equal(images, tiny.train_images[labels])


def test_a_flip_mirrors_whole_images_and_a_crop_shifts_them(tiny):
    flipped = shifted = 0
    for step in range(10):
        images, labels = Batches(tiny, 10, flip=True)[step]
        for image, label in zip(images, labels, strict=True):
            original = tiny.train_images[label]
            flipped += torch.equal(image, original.flip(-1))
            assert torch.equal(image, original) or torch.equal(image, original.flip(-1))
        images, labels = Batches(tiny, 10, crop=1)[step]
        for image, label in zip(images, labels, strict=True):
            padded = torch.nn.functional.pad(tiny.train_images[label], (1, 1, 1, 1))
            matches = [torch.equal(image, padded[:, i : i + 4, j : j + 4]) for i in range(3) for j in range(3)]
            assert sum(matches) == 1
            shifted += not matches[4]
    # 100 coins each: outside these limits with probability below 1e-8.
    assert 20 < flipped < 80
    assert shifted > 60


def test_wrong_batches_are_refused(tiny):
    with pytest.raises(ValueError, match="size=11"):
        Batches(tiny, 11)
    with pytest.raises(ValueError, match="crop=-1"):
        Batches(tiny, 2, crop=-1)
    with pytest.raises(IndexError, match="step=-1"):
        Batches(tiny, 2)[-1]
