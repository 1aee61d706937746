"""`imgpipe serve`: what it answers, asked of a real server."""

import base64
import io
import json
import signal
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import psutil
import pydicom
import pytest
from fastapi.openapi.models import OpenAPI
from http_clients import BOUNDARY, form
from PIL import Image
from prometheus_client.parser import text_string_to_metric_families
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage
from serve_helpers import Server, raw, rest, running

from imgpipe import bundle


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("log"), model, jobs=1) as one:
        yield one


def write_dicom(path: Path, pixels: np.ndarray) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    data.PatientName = "Private^Name"
    data.PhotometricInterpretation, data.SamplesPerPixel = "MONOCHROME2", 1
    data.PixelRepresentation, data.BitsAllocated, data.BitsStored, data.HighBit = 0, 8, 8, 7
    data.Rows, data.Columns = pixels.shape
    data.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, data, enforce_file_format=True)


def alike(row: dict[str, Any], told: bundle.Predictions, i: int = 0) -> None:
    """An answer says what `predict` said, to the last digit."""
    assert row["predicted"] == told.predicted[i]
    assert list(row["probabilities"].values()) == told.probabilities[i].tolist()
    assert list(row["probabilities"]) == list(told.classes)
    assert told.ood_distance is not None
    assert told.ood is not None
    assert (row["ood_distance"], row["ood"]) == (told.ood_distance[i], told.ood[i])


@pytest.mark.parametrize("name", ["one.png", "one.jpg", "one.bmp", "one.tif", "one.npy", "rgb.png",
                                  "white.png", "one.dcm"])  # fmt: skip
def test_answers_are_those_of_predict(server: Server, model: Path, files: Path, name: str) -> None:
    """The bytes of a file get class, probabilities and distance of `imgpipe predict`."""
    if name == "one.dcm":
        write_dicom(files / name, np.asarray(Image.open(files / "one.png")))
    told = bundle.load(model).predict(files / name)
    answer = server.predict((files / name).read_bytes())
    assert answer.status == 200, answer.body
    alike(answer.json, told)
    assert answer.json["model"] == {
        key: server.model[key] for key in ("name", "version", "imgpipe")
    }
    assert answer.json["model"]["version"] == bundle.inspect(model).sha256


def test_an_unlike_image_is_warned_of(server: Server, files: Path) -> None:
    """White is unlike all training images, and the answer says so first."""
    row = server.predict((files / "white.png").read_bytes()).json
    assert row["ood"] is True
    assert "differs from the training images" in row["warnings"][0]


def test_a_bad_file_spoils_its_own_place(server: Server, model: Path, files: Path) -> None:
    """Files of a form are answered in their order, the bad one with its reason."""
    body, headers = form(
        ("a.png", (files / "one.png").read_bytes()),
        ("b.txt", b"no image at all"),
        ("wide.png", (files / "wide.png").read_bytes()),
        ("c.npy", (files / "one.npy").read_bytes()),
    )
    answer = server.ask("POST", "/predict", body, headers)
    assert answer.status == 200
    first, text, wide, last = answer.json
    told = bundle.load(model).predict(files / "one.png")
    alike(first, told)
    alike(last, told)
    assert [row["id"] for row in answer.json] == ["a.png", "b.txt", "wide.png", "c.npy"]
    assert (text["status"], wide["status"]) == (415, 422)
    assert "a text file" in text["error"]
    assert "12 x 13 pixels; the model was trained on 12 x 12" in wide["error"]


def test_a_stack_is_answered_image_by_image(server: Server, model: Path, files: Path) -> None:
    """An NPY file of three images gets a list of three."""
    rows = server.predict((files / "some.npy").read_bytes()).json
    told = bundle.load(model).predict(files / "some.npy")
    for i, row in enumerate(rows):
        alike(row, told, i)
    assert [row["id"] for row in rows] == ["0", "1", "2"]


def png(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(1000))
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c))
              for c in (head, data, b"IEND"))  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def objects() -> bytes:
    store = io.BytesIO()
    np.save(store, np.array([[{}]]), allow_pickle=True)
    return store.getvalue()


BAD = {
    "nothing": (b"", 400, "empty"),
    "garbage": (bytes(range(256)) * 9, 415, "not an image"),
    "text": (b"hello", 415, "a text file"),
    "gif": (b"GIF89a" + bytes(90), 415, "a GIF"),
    "objects": (objects(), 400, "Python objects"),
    "bomb": (png(100_000, 100_000), 413, "100000 x 100000 pixels, more than the 33554432"),
    "no pixels": (png(12, 12)[:-30], 400, "truncated"),
    "short": (png(120, 120), 400, "truncated"),
    "sent by curl -d": (png(12, 12).replace(b"\r", b"").replace(b"\n", b""), 415, "--data-binary"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_image_is_refused(server: Server, kind: str) -> None:
    """Garbage gets a status of its own and one sentence, and the server goes on."""
    content, status, words = BAD[kind]
    answer = server.predict(content)
    assert (answer.status, words in answer.error) == (status, True), answer.body


@pytest.mark.parametrize(
    ("name", "words"),
    [("wide.png", "12 x 13 pixels"), ("deep.png", "uint16"), ("colour.png", "colour image")],
)
def test_what_the_model_cannot_use_is_refused(
    server: Server, files: Path, name: str, words: str
) -> None:
    """An image of another size, type or number of channels gets 422, to predict and explain."""
    content = (files / name).read_bytes()
    answer = server.predict(content)
    assert answer.status == 422
    assert words in answer.error


FORMS = {
    "no file": (form()[0], "no file"),
    "another field": (form(("a.png", b"x"), field="image")[0], "a field of the form is called"),
    "cut": (form(("a.png", b"x" * 99))[0][:-20], "ends before"),
    "broken": (b"--another\r\n\r\n", "cannot be read"),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_broken_form_is_refused(server: Server, kind: str) -> None:
    """A form without a file, or cut short, gets 400 and what is wrong with it."""
    body, words = FORMS[kind]
    answer = server.ask("POST", "/predict", body, form()[1])
    assert (answer.status, words in answer.error) == (400, True), answer.body


def test_compressed_bodies_are_refused(server: Server, files: Path) -> None:
    """A body may not unpack to more than it says."""
    content = (files / "one.png").read_bytes()
    answer = server.ask("POST", "/predict", content, {"Content-Encoding": "gzip"})
    assert (answer.status, "compressed" in answer.error) == (415, True)


def test_routes_and_methods(server: Server) -> None:
    """What there is not is said in the words of all errors."""
    assert server.ask("GET", "/docs").status == 404
    assert "/openapi.json" in server.ask("GET", "/docs").error
    answer = server.ask("GET", "/predict")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert "POST" in answer.error
    assert server.ask("GET", "/").status == 200


def test_probes_ask_for_the_head_alone(server: Server) -> None:
    """HEAD gives what GET gives, without the body; images are still asked about by POST."""
    head = raw(server, b"HEAD /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert head.endswith(b"\r\n\r\n")
    assert server.ask("HEAD", "/predict").status == 405


def test_broken_requests(server: Server) -> None:
    """What is no HTTP, or has a head without end, gets 400 and the connection is closed."""
    for sent in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET / HTTP/1.1\r\nx: " + b"y" * 40_000):
        head, _, body = raw(server, sent).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert "no request" in json.loads(body)["error"]


def test_other_hosts_and_pages_are_refused(server: Server, files: Path) -> None:
    """A server of this machine answers to its names, and to no page of another site."""
    content = (files / "one.png").read_bytes()
    answer = server.predict(content, Host="evil.example:8000")
    assert (answer.status, "another machine" in answer.error) == (400, True)
    here = f"localhost:{server.port}"
    assert server.predict(content, Host=here).status == 200
    assert server.predict(content, Host=here, Origin=f"http://{here}").status == 200
    assert server.predict(content, Host=here, Origin="https://evil.example").status == 403
    assert "access-control-allow-origin" not in server.predict(content).headers


@pytest.mark.slow
def test_explanations(server: Server, model: Path, files: Path) -> None:
    """A map as PNG, over the picture, beside the prediction of the same image."""
    answer = server.ask("POST", "/explain", (files / "one.png").read_bytes())
    assert answer.status == 200, answer.body
    row = answer.json
    alike(row, bundle.load(model).predict(files / "one.png"))
    picture = Image.open(io.BytesIO(base64.b64decode(row["picture"])))
    assert np.array_equal(np.asarray(picture), np.asarray(Image.open(files / "one.png")))
    told = bundle.load(model).explain(files / "one.png")
    for (name, values), one in zip(told.maps, row["maps"], strict=True):
        layer = np.asarray(Image.open(io.BytesIO(base64.b64decode(one["png"]))))
        assert (one["name"], layer.shape) == (name, (*picture.size[::-1], 4))
        most = np.unravel_index(np.abs(values).argmax(), values.shape)
        assert layer[most][3] == layer[..., 3].max() > 0
    assert row["copy_of"] == []
    schema_of(server, "/explain", row)
    assert server.ask("POST", "/explain", (files / "wide.png").read_bytes()).status == 422
    assert server.ask("POST", "/explain", (files / "some.npy").read_bytes()).status == 422


def schema_of(server: Server, route: str, answer: Any) -> None:
    """The answer is as ``/openapi.json`` says."""
    told = server.ask("GET", "/openapi.json").json
    verb = next(iter(told["paths"][route].values()))
    schema = verb["responses"]["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(answer, schema | {"components": told["components"]})


def test_openapi_describes_the_answers(server: Server, files: Path) -> None:
    """The document is OpenAPI 3.1, its examples and our answers are as its schemas say."""
    told = server.ask("GET", "/openapi.json").json
    assert OpenAPI.model_validate(told).openapi.startswith("3.1")
    assert set(told["paths"]) == {"/predict", "/explain", "/model", "/health", "/metrics"}
    for name, schema in told["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", ()):
            whole = {"$ref": f"#/components/schemas/{name}", "components": told["components"]}
            jsonschema.validate(example, whole)
    posted = told["paths"]["/predict"]["post"]
    assert {"413", "415", "422", "429", "503", "504"} <= set(posted["responses"])
    assert "multipart/form-data" in posted["requestBody"]["content"]
    schema_of(server, "/predict", server.predict((files / "one.png").read_bytes()).json)
    schema_of(server, "/predict", server.predict((files / "some.npy").read_bytes()).json)
    schema_of(server, "/model", server.ask("GET", "/model").json)
    schema_of(server, "/health", server.ask("GET", "/health").json)


def test_the_model_tells_of_itself(server: Server) -> None:
    """Classes, what it takes, and its card."""
    told = server.ask("GET", "/model").json
    assert told["classes"] == ["dark", "bright"]
    assert told["expected"] == {
        "shape": [12, 12], "channels": "gray", "dtype": "uint8", "resized": False
    }  # fmt: skip
    assert told["card"]["note"] == "a test"
    assert told["ood"] is True


def numbers(server: Server) -> dict[tuple[str, ...], float]:
    text = server.ask("GET", "/metrics").body.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers_for_prometheus(server: Server, files: Path) -> None:
    """Requests by status, images, warnings and times are counted; unknown paths are not named."""
    before = numbers(server)
    server.predict((files / "one.png").read_bytes())
    server.predict((files / "white.png").read_bytes())
    server.predict(b"hello")
    server.ask("GET", "/Private-Name")
    after = numbers(server)

    def more(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert more("imgpipe_requests_total", "200", "/predict") == 2
    assert more("imgpipe_requests_total", "415", "/predict") == 1
    assert more("imgpipe_requests_total", "404", "(other)") == 1
    assert more("imgpipe_images_total", "predicted") == 2
    assert more("imgpipe_images_total", "refused") == 1
    assert more("imgpipe_out_of_distribution_total") == 1
    assert more("imgpipe_request_seconds_count", "/predict") == 3
    assert after["imgpipe_processes",] == 1


def worker_of(server: Server) -> psutil.Process:
    (one,) = psutil.Process(server.process.pid).children()
    return one


def next_worker(server: Server, before: psutil.Process) -> psutil.Process:
    """Wait until another process predicts; one that is killed is a child until it is noticed."""
    for _ in range(1500):
        others = [one for one in psutil.Process(server.process.pid).children() if one != before]
        if others and not before.is_running() and server.ask("GET", "/health").json["ready"]:
            server.until_free()
            return others[0]
        time.sleep(0.02)
    raise AssertionError("no other process came")


def renew(server: Server) -> None:
    """Kill the process that predicts, and wait for the next one."""
    before = worker_of(server)
    before.send_signal(signal.SIGKILL)
    next_worker(server, before)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads what Linux says of memory")
def test_the_server_stays_light(server: Server, files: Path) -> None:
    """A prediction loads nothing of training, and the process that listens no Numba, either."""
    renew(server)  # explanations load more
    assert server.predict((files / "one.png").read_bytes()).status == 200
    heavy = ("sklearn", "scipy", "pandas", "skimage", "torch", "matplotlib")

    def loaded(pid: int, names: tuple[str, ...]) -> list[str]:
        maps = Path(f"/proc/{pid}/maps").read_text()
        return [name for name in names if f"site-packages/{name}/" in maps]

    assert loaded(worker_of(server).pid, heavy) == []
    assert loaded(server.process.pid, (*heavy, "llvmlite", "numba", "onnxruntime", "cv2")) == []


def test_a_process_that_is_killed_is_replaced(server: Server, files: Path) -> None:
    """Whoever waits for it is told, nobody else notices, and the next request is answered."""
    content = (files / "one.png").read_bytes()
    assert server.predict(content).status == 200
    before = worker_of(server)
    before.send_signal(signal.SIGKILL)
    assert server.predict(content).status in (200, 503)
    worker = next_worker(server, before)
    worker.suspend()  # else a fast one has answered before it is killed
    with server.connect() as waiting:
        waiting.sendall(
            f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(content)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + content
        )
        while not server.ask("GET", "/health").json["waiting"]:
            time.sleep(0.01)
        worker.kill()
        came = rest(waiting)
    assert came.startswith(b"HTTP/1.1 503 "), came[:200]
    assert b"ended" in came
    next_worker(server, worker)
    assert server.predict(content).status == 200


def test_the_log_tells_nothing_of_what_was_sent(server: Server, files: Path) -> None:
    """Neither names of files and patients nor unknown paths stand in the log or on the disk."""
    body, headers = form(("Private-File.png", (files / "one.png").read_bytes()))
    assert server.ask("POST", "/predict", body, headers).status == 200
    broken, _ = form(("Private-Other.txt", b"Private content"))
    assert server.ask("POST", "/predict", broken, headers).status == 415
    server.ask("GET", "/Private-Path?private=1")
    both = (psutil.Process(server.process.pid), worker_of(server))
    opened = [file.path for one in both for file in one.open_files()]
    assert [path for path in opened if path != str(server.log)] == []
    log = server.log.read_text()
    assert log.count('"route": "/predict"') > 1
    assert "private" not in log.casefold()
    assert BOUNDARY not in log
