"""Manifests: files that say what should run. Read them, and look for what they forget.

`lint` knows this course's own rules (`manifest_rules`). Whether a field exists at all is another
matter: the tests hold the files against the schemas that Kubernetes and AWS publish, and against
the names of the fields in Google's library.
"""

import json
import re
import textwrap
from pathlib import Path

from helpers.cloud import manifest_rules as rules
from helpers.cloud.manifest_rules import Finding, containers

__all__ = ["Finding", "Findings", "containers", "lint", "names", "parse", "read"]

FOLDER = Path(__file__).parent / "manifests"


class Findings(list):
    """Several `Finding`; the repr is a list in words."""

    def __repr__(self):
        if not self:
            return "nothing found"
        return "\n".join(f"{f.rule}\n{_lines(f'{f.where}: {f.why}')}" for f in self)


def _lines(text, width=96):
    """Text in lines that Presentation Mode does not break on a screen of 1280 pixels."""
    return textwrap.fill(text, width, initial_indent=4 * " ", subsequent_indent=4 * " ",
                         break_long_words=False, break_on_hyphens=False)


def names():
    """The files there are."""
    return sorted(path.name for path in FOLDER.iterdir() if path.is_file())


def read(name, kind=None):
    """The text of one of the course's manifests.

    Parameters
    ----------
    name : str
        Of the file.
    kind : str, optional
        Only the part of this kind, such as "Job"; in Kubernetes one file may hold several.

    Raises
    ------
    ValueError
        If there is none of that name or kind; says which there are.
    """
    if name not in names():
        raise ValueError(f"there is no manifest {name!r}; there are {', '.join(names())}")
    text = (FOLDER / name).read_text("utf-8")
    if kind is None:
        return text
    parts = {found[1]: part.strip("\n") + "\n" for part in re.split(r"^---\n", text, flags=re.M)
             if (found := re.search(r"^kind: (\w+)", part, re.M))}
    if kind not in parts:
        raise ValueError(f"{name} has no {kind!r}; it has {', '.join(parts) or 'no kinds'}")
    return parts[kind]


def parse(text):
    """Documents (list of dict) from YAML or JSON; JSON is YAML, too.

    Raises
    ------
    ValueError
        If the text is neither, or holds something else than objects.
    """
    import yaml

    try:
        documents = [document for document in yaml.safe_load_all(text) if document]
    except yaml.YAMLError as problem:
        place = getattr(problem, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        raise ValueError(f"expected YAML or JSON; it breaks off{where}: "
                         f"{getattr(problem, 'problem', problem)}") from None
    if not all(isinstance(document, dict) for document in documents):
        raise ValueError("expected objects with names, such as `kind: Deployment`; got "
                         f"{type(next(d for d in documents if not isinstance(d, dict))).__name__}")
    return documents


def lint(manifest):
    """What is missing or dangerous in a manifest.

    Parameters
    ----------
    manifest : str, dict or list of dict
        Text of YAML, JSON or a Dockerfile, or what `parse` made of it. Objects of Kubernetes that
        belong together, such as a Deployment and its autoscaler, should come together.

    Returns
    -------
    Findings
        Empty for what no rule is about.

    Raises
    ------
    ValueError
        If it cannot be read, or lacks what makes it what it says it is.
    """
    if isinstance(manifest, str) and _is_dockerfile(manifest):
        return Findings(rules.dockerfile(manifest))
    documents = parse(manifest) if isinstance(manifest, str) else manifest
    documents = [documents] if isinstance(documents, dict) else documents
    try:
        return Findings(finding for document in documents
                        for finding in _rules_of(document)(document, documents))
    except (AttributeError, IndexError, KeyError, TypeError) as problem:
        found = json.dumps(documents, default=str)
        raise ValueError("expected whole objects of Kubernetes, SageMaker or Vertex AI; this one "
                         f"lacks something ({type(problem).__name__}: {problem}): {found[:200]}"
                         ) from None


def _is_dockerfile(text):
    """Whether the first line that is no comment begins an image."""
    first = next((line for line in text.splitlines() if line.strip() and line[0] != "#"), "")
    return first.split(maxsplit=1)[:1] in (["FROM"], ["ARG"])


def _rules_of(document):
    """The rules for this kind of document."""
    if "TrainingJobName" in document:
        return rules.sagemaker
    if "workerPoolSpecs" in document.get("jobSpec", document):
        return rules.vertex
    return {"Deployment": rules.workload, "Job": rules.workload,
            "PodDisruptionBudget": rules.budget}.get(document.get("kind"), rules.nothing)
