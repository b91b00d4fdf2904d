"""A topic: what a rule family is about, and the phrases by which a persona names it."""

from __future__ import annotations

import msgspec


class Topic(msgspec.Struct, frozen=True):
    """One subject on which a persona can commit itself.

    A rule family declares one as `TOPIC`; it stands here, below rules and personas, because
    neither of these layers may import the other.

    A phrase is words in the order in which a sentence has them, in any case, singular or plural,
    with or without -ing and -ed. `*` stands for any letters within a word: `"logging*"` is no
    `logged`, as a word without `*` would be. And `a + b` means that
    both occur somewhere in the sentence: `"optimi*ed quer*"`, `"api + intuitive"`.
    The more words a phrase has, the more specific it counts.

    `about`: of some phrases, the one rule of the family that they speak of: who promises not to leak internals has said
    nothing of failures that are swallowed. A sentence with no other phrase of the topic keeps that rule alone.

    `features` are the ids of features, beside rules, that keep a commitment to this topic.
    `not_yet` says why nothing keeps it, where nothing does.
    """

    id: str
    title: str
    phrases: tuple[str, ...]
    features: tuple[str, ...] = ()
    not_yet: str = ""
    about: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def every_phrase(self) -> tuple[str, ...]:
        """Those of the whole topic, then those of single rules."""
        return (*self.phrases, *(phrase for _, phrases in self.about for phrase in phrases))
