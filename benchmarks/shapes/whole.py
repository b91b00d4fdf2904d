"""Whole back ends: the endpoints with what they need, other production code, migrations and tests."""

import re
from collections.abc import Callable, Mapping, Sequence

from benchmarks.shapes import java, words
from benchmarks.shapes.resource import Resource
from benchmarks.shapes.texts import Words, written

_WORDS: Mapping[str, Callable[[Resource], Words]] = {
    "python": words.python,
    "typescript": words.typescript,
    "java": words.java,
    "ruby": words.ruby,
}
_OF_PACKAGES = {
    "jakarta.persistence.*": r"@Entity",
    "jakarta.validation.constraints.*": r"@(?:Max|NotBlank|NotNull|PositiveOrZero|Size)",
    "java.util.*": r"\b(?:Collection|List|Map|NoSuchElementException|Optional)\b",
    "org.springframework.web.bind.annotation.*": r"@\w+Mapping",
}
"""What a file uses that imports all of a package."""
_STORED = """
    public Long getId() {
        return id;
    }

    public String getState() {
        return state;
    }

    public void setState(String state) {
        this.state = state;
    }

    public Long getOwnerId() {
        return ownerId;
    }

    public void setOwnerId(Long ownerId) {
        this.ownerId = ownerId;
    }
"""


def whole(language: str, endpoints: Mapping[str, str], resources: Sequence[Resource]) -> dict[str, str]:
    """Files by path: those of the endpoints, with the rest of a back end for the same resources."""
    files = _with_accessors(endpoints, resources) if language == java.LANGUAGE else endpoints
    return {**files, **written(language, resources, _WORDS[language])}


def _with_accessors(endpoints: Mapping[str, str], resources: Sequence[Resource]) -> dict[str, str]:
    """What the other code calls, in the entities and their repositories; controllers stay as they are."""
    files = dict(endpoints)
    for r in resources:
        folder = f"{java.ROOT}/{''.join(r.words)}/{r.pascal}"
        empty = f"    protected {r.pascal}() {{}}\n"
        files[f"{folder}.java"] = files[f"{folder}.java"].replace(empty, empty + _STORED)
        files[f"{folder}Repository.java"] = files[f"{folder}Repository.java"].removesuffix("}\n") + _finders(r)
    return {path: text if path.endswith("Controller.java") else _tidied(text) for path, text in files.items()}


def _tidied(text: str) -> str:
    """Without the imports that a file does not use, as most editors leave it."""
    code = re.sub(r"(?m)^import .*\n", "", text)

    def used(line: re.Match[str]) -> str:
        name = line[1]
        word = _OF_PACKAGES.get(name) or rf"\b{name.rpartition('.')[2]}\b"
        return line[0] if re.search(word, code) else ""

    return re.sub(r"(?m)^import ([\w.*]+);\n", used, text)


def _finders(r: Resource) -> str:
    return f"""
    List<{r.pascal}> findAllByOwnerId(Long ownerId);

    List<{r.pascal}> findByStateAndUpdatedAtBefore(String state, java.time.Instant before, Pageable pageable);

    List<{r.pascal}> findByExpiresAtBeforeAndStateNot(java.time.Instant now, String state);

    int deleteByStateAndUpdatedAtBefore(String state, java.time.Instant before);
}}
"""
