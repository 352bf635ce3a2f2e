"""Exported files as others read them: each is opened with a library that users have, and its counts are
compared with the manifest beside it.

    python3 -m venv scratch && scratch/bin/pip install -r tests/export/requirements.txt
    scratch/bin/python tests/export/read_back.py FOLDER

FOLDER holds what `innograph export` wrote, or is what `innograph export --all` wrote. A file without a manifest is
passed over; a format that nobody reads here is a failure. It never writes, and needs no network.
"""

import csv
import hashlib
import json
import re
import sys
from pathlib import Path

import networkx
import openpyxl
import pandas
import pyarrow.parquet
import rdflib

AT_RISK = re.compile(r"^['\s]*[=+\-@＝＋－＠]|^'*[\t\r\n\0]")
NUMBER = re.compile(r"^-?[0-9]+(\.[0-9]+)?$")


def no_formula(rows):
    for row in rows:
        for cell in row:
            safe = cell.startswith("'") or NUMBER.match(cell) or not AT_RISK.match(cell)
            assert safe, f"a spreadsheet would take this for a formula: {cell!r}"


def of_csv(path):
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    with open(path, encoding="utf-8-sig", newline="") as file:
        no_formula(csv.reader(file))
    return {"rows": len(frame), "columns": len(frame.columns)}


def of_edges(path):
    frame = pandas.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    return {"ties": len(frame)}


def of_xlsx(path):
    book = openpyxl.load_workbook(path)
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"a formula in {page.title}!{cell.coordinate}"
                assert cell.hyperlink is None, f"a link in {page.title}!{cell.coordinate}"
    assert book.sheetnames[-1] == "说明", book.sheetnames
    tables = [book[name] for name in book.sheetnames[:-1]]
    assert all(page.freeze_panes == "A2" for page in tables)
    if len(tables) == 2:
        return {"nodes": tables[0].max_row - 1, "ties": tables[1].max_row - 1}
    return {"rows": tables[0].max_row - 1, "columns": tables[0].max_column}


def of_parquet(path):
    table = pyarrow.parquet.read_table(path)
    about = json.loads(table.schema.metadata[b"innograph"])
    assert about["contentHash"].startswith("sha256:")
    return {"rows": table.num_rows, "columns": table.num_columns}


def of_graph(graph):
    assert graph.is_directed()
    return {"nodes": graph.number_of_nodes(), "ties": graph.number_of_edges()}


def of_cytoscape(path):
    return of_graph(networkx.cytoscape_graph(json.loads(path.read_text(encoding="utf-8"))))


def of_json_ld(path):
    graph = rdflib.Graph().parse(path, format="json-ld")
    vocabulary = rdflib.Namespace("urn:innograph:vocabulary:")
    ties = set(graph.subjects(vocabulary.source)) & set(graph.subjects(vocabulary.target))
    nodes = set(graph.subjects(rdflib.RDF.type)) - ties
    ends = set(graph.objects(None, vocabulary.source)) | set(graph.objects(None, vocabulary.target))
    assert ends <= nodes, "a tie names what is not there"
    return {"nodes": len(nodes), "ties": len(ties)}


READERS = {
    "csv": of_csv,
    "xlsx": of_xlsx,
    "gexf": lambda path: of_graph(networkx.read_gexf(path, version="1.3")),
    "graphml": lambda path: of_graph(networkx.read_graphml(path, force_multigraph=True)),
    "cytoscape": of_cytoscape,
    "jsonld": of_json_ld,
    "edges": of_edges,
    "parquet": of_parquet,
}


def rows_of(path):
    """Rows of a table of a whole store."""
    if path.suffix == ".csv":
        return of_csv(path)["rows"]
    book = openpyxl.load_workbook(path, read_only=True)
    [page] = book.worksheets
    rows = list(page.iter_rows())
    assert all(cell.data_type != "f" for row in rows for cell in row), f"a formula in {path.name}"
    return len(rows) - 1


def check_whole(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for listed in manifest["files"]:
        path = folder / listed["name"]
        assert "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() == listed["fileHash"], path.name
        found = rows_of(path)
        assert found == listed["rows"], f"{path.name}: {found} read, {listed['rows']} told"
    assert sum(listed["rows"] for listed in manifest["files"]) == manifest["rows"]
    return {"files": len(manifest["files"]), "rows": manifest["rows"]}


def check(manifest_path):
    path = manifest_path.with_name(manifest_path.name.removesuffix(".manifest.json"))
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    content = path.read_bytes()
    assert manifest["bytes"] == len(content)
    assert manifest["fileHash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    found = READERS[manifest["format"]](path)
    expected = {name: manifest["counts"][name] for name in found}
    assert found == expected, f"{found} read, {expected} told"
    return found


def main():
    folder = Path(sys.argv[1])
    if (folder / "manifest.json").exists():
        print("ok    ", folder.name, check_whole(folder))
        return 0
    manifests = sorted(folder.glob("*.manifest.json"))
    failures = 0 if manifests else 1
    for manifest in manifests:
        try:
            print("ok    ", manifest.name, check(manifest))
        except Exception as cause:  # every file is tried
            failures += 1
            print("FAILED", manifest.name, f"{type(cause).__name__}: {cause}")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
