"""What the site has beside docs/*.md, made of the sources: nothing here is written by hand twice.

README's sections become pages, the headers of include/burelu and the docstrings of the Python package the references,
and `burelu COMMAND --help` the page of options. Links of README and docs to files of the repository that are no page go
to where the repository is (SITE_REPOSITORY), or are shown as names.
"""

import os
import re
import subprocess
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("train", "path", "bound", "certify", "predict", "evaluate", "export", "info")


def slug(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def sections(text):
    """The parts of a page under headings of the second level, the first one without."""
    parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return parts[0], {part.split("\n", 1)[0].strip(): part.split("\n", 1)[1] for part in parts[1:]}


def readme_pages():
    head, parts = sections((ROOT / "README.md").read_text())
    pages = {"index.md": head}
    parts.pop("From Python", None)  # python.md says all of it
    for title, text in parts.items():
        pages[page_of(title)] = f"# {title}\n{text}"
    codes = sections((ROOT / "docs" / "formats.md").read_text())[1]["Exit codes"]
    table = re.search(r"^\| status \|.*?\n\n", parts["The log and the report"], re.MULTILINE | re.DOTALL)
    pages["start/statuses.md"] = f"# Statuses and exit codes\n\n{table.group(0) if table else ''}\n## Exit codes\n{codes}"
    return pages


def page_of(title):
    return f"start/{slug(title)}.md"


def cpp_page():
    """Every header of the public interface: what it is, then its declarations with their comments."""
    text = "# C++ reference\n\nThe headers of `include/burelu`; `#include <burelu/burelu.hpp>` has them all.\n"
    for header in sorted((ROOT / "include" / "burelu").glob("*.hpp")):
        if header.name in ("burelu.hpp", "export.hpp"):
            continue
        source = header.read_text()
        comment, _, body = source.partition("#pragma once")
        comment = "\n".join(re.sub(r"^// ?", "", line) for line in comment.splitlines())
        body = re.sub(r"^#include.*\n", "", body, flags=re.MULTILINE).replace("BURELU_API ", "")
        body = re.sub(r"\n{3,}", "\n\n", body).strip()
        text += f"\n## burelu/{header.name}\n\n{comment}\n\n```cpp\n{body}\n```\n"
    return text


def python_page():
    package = (ROOT / "python" / "burelu" / "__init__.py").read_text()
    names = re.findall(r'^    "(\w+)",$', package, flags=re.MULTILINE)
    order = sorted(set(names), key=lambda name: (not name.startswith("Burelu") or name.endswith("Error"), name))
    inherited = "    options:\n      inherited_members: [fit, predict, decision_function, prepare, to_torch, to_onnx, save]\n"
    text = "# Python reference\n\n"
    for name in order:
        estimator = name.startswith("Burelu") and not name.endswith("Error")
        text += f"::: burelu.{name}\n{inherited if estimator else ''}\n"
    return text + "::: burelu.plot\n"


def options_page():
    programs = [ROOT / "build" / name / "burelu" for name in ("cuda", "cpu")]
    program = next((path for path in programs if path.is_file()), None)
    text = "# Options\n\nWhat `burelu COMMAND --help` says. Options of the C++ interface are in "
    text += "[options.hpp](cpp.md#bureluoptionshpp), those of Python in [its reference](python.md).\n"
    for command in COMMANDS if program else ():
        said = subprocess.run([program, command, "--help"], capture_output=True, text=True)
        if said.returncode == 0:
            text += f"\n## burelu {command}\n\n```\n{said.stdout.strip()}\n```\n"
    return text


def named(nav):
    """The pages that a nav names."""
    for entry in nav:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        yield from named(value) if isinstance(value, list) else [value]


def on_config(config):
    """Sections of README and pages of docs/ that nav does not name come last."""
    listed = set(named(config.nav))
    pages = {**readme_pages(), **{path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}}
    for path, text in pages.items():
        if path not in listed:
            config.nav.append({text.split("\n", 1)[0].lstrip("# "): path})
    return config


def on_files(files, config):
    pages = readme_pages()
    pages["reference/cpp.md"] = cpp_page()
    pages["reference/python.md"] = python_page()
    pages["reference/options.md"] = options_page()
    pages["changes.md"] = (ROOT / "CHANGELOG.md").read_text()
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links from the root of the repository, or from docs/, become links from the page."""
    source = page.file.src_uri
    folder = "" if source.startswith(("start/", "index", "changes")) else "docs"
    known = {file.src_uri for file in files}

    def link(match):
        mark, text, target = match.groups()
        if re.match(r"[a-z]+:|#", target) or source.startswith("reference/"):
            return match.group(0)
        name, _, anchor = target.partition("#")
        if name in known:
            return match.group(0) if source == "index.md" else mark + relative(text, name, anchor)
        path = os.path.normpath(os.path.join(folder, name))
        inside = path.removeprefix("docs/")
        if path.startswith("docs/") and inside in known:
            return mark + relative(text, inside, anchor)
        repository = os.environ.get("SITE_REPOSITORY")
        return f"[{text}]({repository}/{path})" if repository else f"{text} (`{path}`)" if text != path else f"`{path}`"

    def relative(text, name, anchor):
        target = os.path.relpath(name, os.path.dirname(source) or ".")
        return f"[{text}]({target}{'#' + anchor if anchor else ''})"

    markdown = markdown.replace("][", "]\\[")  # of matrices: no page has a reference of that kind
    parts = re.split(r"(```.*?```)", markdown, flags=re.DOTALL)
    return "".join(part if part.startswith("```") else re.sub(r"(!?)\[([^\]\n]*)\]\(([^)\s]+)\)", link, part) for part in parts)
