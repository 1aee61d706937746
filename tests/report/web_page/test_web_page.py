"""A page that classifies without a server: one file, and nothing in it can break out of it."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from toy_datasets import make_dataset

from imgpipe import InputError, bundle, learn, report
from imgpipe.report.web_page import runtime as runtimes

SCRIPT = "/* ONNX Runtime Web v9.8.7 */ const a = 1, b = 2, c = 3, d = 4;\n"
EXPORTS = "export{a as InferenceSession,b as Tensor,c as default,d as env};\n"
MAP = "//# sourceMappingURL=x\n"
HOSTILE = ("</script><script>alert(1)</script>", 'a "b" <!-- {{ c }} ${d}')


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A folder with what looks like onnxruntime-web."""
    folder = tmp_path / "runtime" / "node_modules" / "onnxruntime-web" / "dist"
    folder.mkdir(parents=True)
    (folder / runtimes.SCRIPT).write_text(SCRIPT + EXPORTS + MAP)
    (folder / runtimes.BINARY).write_bytes(b"\0asm" * 100)
    return tmp_path / "runtime"


def saved(folder: Path, classes: tuple[str, str] = ("benign", "malignant")) -> Path:
    data = make_dataset(classes, 12)
    trained = learn.fit(data, "logistic", families="lbp")
    path = folder / "model.imgpipe"
    bundle.save(trained, path, card=bundle.make_card(trained, data, "logistic"))
    return path


def part(page: str, name: str) -> tuple[dict[str, str], str]:
    """Attributes and content of the element with this id."""
    found = re.search(rf'<script ([^>]*id="{name}"[^>]*)>(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found[1])), found[2]


def test_a_page_holds_all_it_needs(tmp_path: Path, runtime: Path) -> None:
    """Graph and runtime come out of it as they went in; nothing in it names another place."""
    out = tmp_path / "page"
    made = report.write_web_page(saved(tmp_path), out, runtime=runtime)
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "model.onnx"]
    assert (out / "model.onnx").read_bytes() == made.content
    page = (out / "index.html").read_text(encoding="utf-8")
    for name, content in (("model", made.content), ("runtime", b"\0asm" * 100)):
        told, packed = part(page, name)
        assert gzip.decompress(base64.b64decode(packed)) == content
        assert int(told["data-bytes"]) == len(content)
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert not re.search("https?://", page)
    assert "globalThis.ort = { InferenceSession: a, Tensor: b, env: d };" in page
    assert "sourceMappingURL" not in page
    assert "For research and teaching. Not for clinical use." in page


def test_only_what_is_named_runs(tmp_path: Path, runtime: Path) -> None:
    """The page's policy has the digests of scripts and style, and allows no sending."""
    out = tmp_path / "page"
    report.write_web_page(saved(tmp_path, HOSTILE), out, runtime=runtime)
    page = (out / "index.html").read_text(encoding="utf-8")
    told = re.search('Content-Security-Policy" content="([^"]*)"', page)
    assert told
    rules = dict(rule.partition(" ")[::2] for rule in told[1].replace("&#39;", "'").split("; "))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    for kind, element in (("script-src", '<script type="module">'), ("style-src", "<style>")):
        tag = re.escape(element) + "(.*?)</" + element[1:].partition(" ")[0].rstrip(">") + ">"
        found = [each.encode() for each in re.findall(tag, page, re.DOTALL)]
        digests = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in found]
        assert rules[kind].split()[: len(found)] == [f"'sha256-{each}'" for each in digests]
        assert found
    assert page.count("<script") == page.count("</script>") == 5
    assert json.loads(part(page, "told")[1])["classes"] == list(HOSTILE)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, runtime: Path) -> None:
    """A page is replaced if asked for; other files never; what fails leaves nothing behind."""
    model, out = saved(tmp_path), tmp_path / "page"
    report.write_web_page(model, out, runtime=runtime)
    before = (out / "index.html").read_bytes()
    with pytest.raises(InputError, match="force"):
        report.write_web_page(model, out, runtime=runtime)
    report.write_web_page(model, out, runtime=runtime, lang="zh", force=True)
    assert (out / "index.html").read_bytes() != before
    (out / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        report.write_web_page(model, out, runtime=runtime, force=True)
    with pytest.raises(InputError, match="a file"):
        report.write_web_page(model, model, runtime=runtime)
    with pytest.raises(InputError, match="no language"):
        report.write_web_page(model, tmp_path / "other", runtime=runtime, lang="xx")
    with pytest.raises(InputError, match="npm pack onnxruntime-web"):
        report.write_web_page(model, tmp_path / "other", runtime=tmp_path)
    assert not (tmp_path / "other").exists()


def test_a_script_that_cannot_stand_in_a_page_is_refused(tmp_path: Path, runtime: Path) -> None:
    place = next(runtime.rglob(runtimes.SCRIPT))
    place.write_text(SCRIPT)
    with pytest.raises(InputError, match="exports no InferenceSession"):
        runtimes.runtime(runtime)
    place.write_text("'</script>';" + SCRIPT + EXPORTS)
    with pytest.raises(InputError, match="cannot stand inside a page"):
        runtimes.runtime(runtime)


def test_without_npm_it_is_said_what_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither kept, nor in node_modules, nor to be fetched."""
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"npm pack .*--runtime"):
        runtimes.runtime()


def test_another_package_than_was_published_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An npm that gives other bytes leaves nothing in the cache; one that fails is quoted."""
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    monkeypatch.setenv("IMGPIPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    npm.write_text("#!/bin/sh\necho other > onnxruntime-web-1.tgz\n")
    npm.chmod(0o755)
    with pytest.raises(InputError, match="gave another onnxruntime-web"):
        runtimes.runtime()
    npm.write_text("#!/bin/sh\necho no such host >&2\nexit 1\n")
    with pytest.raises(InputError, match="no such host"):
        runtimes.runtime()
    assert not (tmp_path / "cache").exists()


def test_volumes_are_refused(tmp_path: Path, runtime: Path) -> None:
    """What the graph cannot be is said by the export; a page appears for nothing."""
    data = make_dataset(("a", "b"), 6)
    volumes = np.stack([np.asarray(data.images)] * 4, axis=1)
    trained = learn.fit(
        type(data)("volumes", volumes, data.labels, data.classes), "forest", families="intensity"
    )
    bundle.save(trained, tmp_path / "v.imgpipe")
    with pytest.raises(InputError):
        report.write_web_page(tmp_path / "v.imgpipe", tmp_path / "page", runtime=runtime)
    assert not (tmp_path / "page").exists()
