"""`imgpipe listen` as a process of its own: what is sent, kept and predicted."""

import fcntl
import json
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pydicom
import pytest
from listen_peers import (
    SUCCESS,
    Running,
    connected,
    dcmtk,
    image,
    is_kept,
    kept_at,
    listening,
    result,
    saved,
    send,
    wait_for,
)

from imgpipe import bundle
from imgpipe.serve.listening import Listener


def test_what_is_sent_is_kept_and_predicted_as_predict_does(run: Running, levels: Path) -> None:
    """Each image is there as it was sent; its result is that of `bundle.load(...).predict`."""
    images = [image(n) for n in range(6)]
    assert [answer.Status for answer in send(run.port, *images)] == [SUCCESS] * 6
    for each in images:  # answered: on the disk, whatever comes now
        assert is_kept(run.folder, each)
    run.until("predicted", 6)
    predictor = bundle.load(levels)
    for n, each in enumerate(images):
        path = kept_at(run.folder, each)
        (row,) = predictor.predict([path]).to_records()
        found = result(run.folder, each)
        assert found["predicted"] == row["predicted"] == ("dark", "bright")[n % 2]
        assert found["probabilities"] == {"dark": row["p_dark"], "bright": row["p_bright"]}
        assert (found["ood"], found["ood_distance"]) == (row["ood"], row["ood_distance"])
        assert found["image"]["sop_instance_uid"] == each.SOPInstanceUID
        assert found["error"] == ""
        assert "research use only" in found["use"]
        assert found["report"] is None


@pytest.mark.full
def test_storescu_of_dcmtk_is_served(run: Running, tmp_path: Path) -> None:
    """C-ECHO, then 1,000 images in one association of a process that is not ours: none is lost."""
    sent = range(10_000, 11_000)
    for n in sent:
        saved(image(n), tmp_path / f"{n}.dcm")
    place = ["127.0.0.1", str(run.port)]
    subprocess.run([dcmtk("echoscu"), *place], check=True)
    with subprocess.Popen([dcmtk("storescu"), "--scan-directories", *place, tmp_path]) as sender:
        run.until("predicted", len(sent))
    assert sender.returncode == 0
    assert all(is_kept(run.folder, image(n)) for n in sent)
    for n in sent:
        assert result(run.folder, image(n))["predicted"] == ("dark", "bright")[n % 2]


def test_several_senders_at_once(run: Running) -> None:
    """Four associations send side by side, and nothing is lost or mixed up."""
    answers: list[int] = []

    def sender(first: int) -> None:
        answers.extend(a.Status for a in send(run.port, *map(image, range(first, first + 15))))

    threads = [threading.Thread(target=sender, args=(1000 * k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [SUCCESS] * 60
    run.until("predicted", 60)
    for k in range(1, 5):
        for n in range(1000 * k, 1000 * k + 15):
            assert is_kept(run.folder, image(n))
            assert result(run.folder, image(n))["predicted"] == ("dark", "bright")[n % 2]


def test_what_was_answered_outlives_any_end(levels: Path, tmp_path: Path) -> None:
    """After SIGKILL in the middle each answered image is whole; after SIGTERM the rest is left.

    The start after these predicts what is left.
    """
    inbox, answered = tmp_path / "in", []
    options = ("--results", "json")
    with listening(levels, inbox, *options) as run, connected(run.port) as association:
        for n in range(60):
            if n == 30:
                threading.Timer(0.02, run.kill).start()
            if association.send_c_store(image(n)).get("Status") != SUCCESS:
                break
            answered.append(n)
    assert 30 <= len(answered) < 60
    for n in answered:
        assert is_kept(inbox, image(n))
    (inbox / ".incoming" / "half.part").write_bytes(b"cut")
    for n in answered[-10:]:  # at least these were not predicted yet
        kept_at(inbox, image(n)).with_suffix(".json").unlink(missing_ok=True)
    with listening(levels, inbox, *options) as run:
        assert run.waiting >= 10
        left = run.stop()["waiting"]  # exit code 0
    with listening(levels, inbox, *options) as run:
        assert run.waiting == left
        if left:
            run.until("predicted", left)
    for n in answered:
        assert result(inbox, image(n))["predicted"] == ("dark", "bright")[n % 2]
    assert list((inbox / ".incoming").iterdir()) == []


def test_people_read_what_became_of_it(levels: Path, tmp_path: Path) -> None:
    """Lines tell what was kept, predicted, refused for want of room, or cannot be used."""
    command = [sys.executable, "-m", "imgpipe", "listen", levels, "--out", tmp_path / "in"]
    command += ["--port", "0", "--idle", "1"]
    full = image(2, pixels=np.zeros((800, 800), np.uint8))
    with subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
    ) as process:
        first = process.stdout.readline()
        port = int(first.split("port ")[1].split(",")[0])
        frames = image(1, pixels=np.zeros((3, 16, 16), np.uint8), NumberOfFrames=3)
        with pydicom.config.disable_value_validation():
            odd = image(3, StudyDate="Doe", PatientSex="doe", PatientName="Doe=" * 4)
            answers = send(port, image(0), odd, frames, full)
        out, err = process.communicate(timeout=60)
    assert [answer.Status for answer in answers] == [SUCCESS, SUCCESS, SUCCESS, 0xA700]
    assert process.returncode == 1  # one of them could not be used
    assert out == "3 stored, 2 predicted, 1 not usable, 1 refused\n"
    assert "File too large (status 0xA700)" in err
    assert result(tmp_path / "in", frames)["error"].split(": ", 1)[1] in err
    assert not kept_at(tmp_path / "in", full).exists()
    assert list((tmp_path / "in" / ".incoming").iterdir()) == []
    for word in ("Doe", "P7", "1970"):
        assert word not in first + out + err


@pytest.mark.parametrize("reader", ["sleeps", "leaves"])
def test_senders_wait_for_no_reader(levels: Path, tmp_path: Path, reader: str) -> None:
    """Nobody reads the lines, or the pipe is closed: images are kept, predicted, and it ends."""
    images = [image(n) for n in range(40)]
    with listening(levels, tmp_path / "in", "--results", "json") as run:
        out = run.process.stdout
        if reader == "sleeps":
            fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 4096)  # some 20 lines
        else:
            out.close()
        assert {answer.Status for answer in send(run.port, *images)} == {SUCCESS}
        last = [kept_at(run.folder, each).with_suffix(".json") for each in images]
        wait_for(lambda: all(path.exists() for path in last))
        if reader == "sleeps":
            told = [json.loads(out.readline())["event"] for _ in range(80)]
            assert (told.count("stored"), told.count("predicted")) == (40, 40)
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(30) == 0
        warned = run.process.stderr.read()
    assert ("lines go nowhere" in warned) == (reader == "leaves")


_FATAL = """
import os, sys
from imgpipe.bundle import Predictor
from imgpipe.cli import main
usual = Predictor.predict
def predict(self, images, **how):
    if images[0].stem.endswith(".1"):
        os.kill(os.getpid(), 9)
    return usual(self, images, **how)
Predictor.predict = predict
main()
"""


@pytest.mark.full
def test_an_image_that_ends_the_process_does_so_twice(levels: Path, tmp_path: Path) -> None:
    """After that it has its error, and the others their results."""
    inbox, program = tmp_path / "in", ("-c", _FATAL)
    images = [image(n) for n in range(4)]
    with Listener(levels, inbox, port=0, results="json") as listener:
        send(listener.port, *images)
        listener.wait(idle=0.2)
    for each in images:
        kept_at(inbox, each).with_suffix(".json").unlink()
    options = ("--results", "json", "--idle", "1")
    for code in (-9, -9, 1):
        with listening(levels, inbox, *options, program=program) as run:
            assert run.process.wait(60) == code
    for n, each in enumerate(images):
        told = result(inbox, each)
        assert ("ended 2 times" in told["error"]) == (n == 1)
        assert told["predicted"] == (None if n == 1 else ("dark", "bright")[n % 2])
