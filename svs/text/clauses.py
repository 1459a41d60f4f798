"""Whether English words have a main clause: a verb with a subject, and not only one after `which`, `because`.

No tagger: a word may be a verb by lists and endings, and is one where the words beside it allow that. Of
whole sentences in transcripts one in 200 is taken for a fragment; of written ones, with rarer verbs, more.
"""

import re
from collections.abc import Sequence

from svs.text.english import ADJECTIVES, ADVERBS, NOUNS_TOO, PAST, PRESENT, THIRD_PERSON, VERBS, listed

_BREAK = ","
_TOKEN = re.compile(r"[^\W_][\w'-]*|[,;:.!]")
_ASIDE = re.compile(r"\b(?:you know|I mean)\b(?! (?:what|how|that|where|who|why)\b)", re.IGNORECASE)
_AUXILIARIES = listed("""
    is are was were am has have had do does did can could will would shall should may might must cannot ain't
""")
_MAY_BE_VERBS = VERBS | PRESENT | THIRD_PERSON | PAST | _AUXILIARIES
_SUBJECTS = listed("i we you they he she it")
_PRONOUNS = _SUBJECTS | listed("""
    this that these those there here who which what everyone everybody everything someone somebody something
    anyone nobody nothing people both each one another some many most
""")
_BEFORE_PLURALS = listed("these those some many most both")
_OBJECTS = listed("me him her us them you it")
_DETERMINERS = listed(
    "the a an this that these those my your our his its their every each any some no all both"
)
_LINKS = listed("and or as than like")
_PREPOSITIONS = _LINKS | listed("""
    of for with in at by from about into on without within between during through across under over among
    against toward towards behind beyond above below around including such per via to upon after before
""")
_SUBORDINATING = listed("""
    because if when while although though unless whether whereas whenever wherever which who whom whose what
    how why where that
""")
_AFTER_VERBS = (
    _DETERMINERS
    | _SUBJECTS
    | _OBJECTS
    | _SUBORDINATING
    | listed("""
    out up down off back away over to not very none one two three more another
""")
)
_SUBORDINATING_SUBJECTS = listed("as since until till before after once than")  # but `since last week`
_ELLIPTIC = listed(
    "not so any possible necessary needed of kind sort type"
)  # `if so`, `because of`, `that kind`
_TIMES = listed("""
    time week day morning afternoon evening night year month minute second moment point way hour today
    yesterday tomorrow
""")
_BETWEEN = listed("not all both also just even still too kind sort")  # subject and verb
_LEADING = listed("so now then but and or yeah okay ok well oh right first next please just")
_GOING_ON = listed("at for about into to in on with as")  # `look at`, `go to`; but `look and feel`, `type of`
_COMMANDED = listed("the a an this these your my our it out down up")  # `recompute the sum`, `figure out why`
_KNOWN = (
    _PREPOSITIONS
    | _PRONOUNS
    | _DETERMINERS
    | _SUBORDINATING
    | ADJECTIVES
    | listed("such half quite only even")
)
_NO_NOUNS = _PREPOSITIONS | _SUBORDINATING | _SUBJECTS | _DETERMINERS | _AUXILIARIES | {_BREAK}
_BEFORE_THAT = _PREPOSITIONS | _SUBORDINATING  # `that` is no conjunction
_BEFORE_NOUNS = _DETERMINERS - _PRONOUNS


def has_main_clause(text: str) -> bool:
    """Return whether a sentence says something of something; the text has plain apostrophes."""
    found = _TOKEN.findall(_ASIDE.sub("", text))
    said = [_BREAK, *(_BREAK if word in ",;:.!" else word for word in found), _BREAK]
    tokens = [word.lower() for word in said]
    waiting = 0  # subordinate clauses whose verb has not come
    counted = False  # a pronoun counts as its verb, which may be any word
    for at in range(1, len(tokens) - 1):
        subject = _is_subject(tokens, at)
        if tokens[at] == _BREAK:
            waiting, counted = 0, False
        elif _subordinates(tokens, at) or _relates(tokens, at):
            waiting += 1
        if subject or _is_verb(tokens, at, name=said[at - 1][0].isupper() and at > 2):
            if counted and not subject and "'" not in tokens[at]:
                counted = False
            elif waiting:
                waiting, counted = waiting - 1, subject
            else:
                return True
    return False


def _is_subject(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word is a pronoun that needs a verb; `it` and `you` may be objects."""
    before = tokens[at - 1]
    after_verb = _may_be_verb(before) or (before in _PREPOSITIONS and before not in _LINKS)
    return tokens[at] in _SUBJECTS and not (tokens[at] in _OBJECTS and after_verb)


def _may_be_verb(word: str) -> bool:
    return word in _MAY_BE_VERBS or word.endswith("ing")


def _subordinates(tokens: Sequence[str], at: int) -> bool:
    """Return whether a subordinate clause begins here."""
    word, before, after = tokens[at], _before(tokens, at), tokens[at + 1]
    if word in _SUBORDINATING_SUBJECTS:
        return after.partition("'")[0] in _SUBJECTS
    if word == "that" and (before == _BREAK or before in _BEFORE_THAT or _may_be_verb(before)):
        return False
    elliptic = after == _BREAK or after in _ELLIPTIC or after in _PREPOSITIONS or after.endswith("ing")
    return word in _SUBORDINATING and not elliptic


def _relates(tokens: Sequence[str], at: int) -> bool:
    """Return whether a clause follows the noun that the text begins with: `all the light we need`."""
    if tokens[1] not in _DETERMINERS or tokens[at].partition("'")[0] not in _SUBJECTS:
        return False
    noun = tokens[2:at]
    if noun and tokens[1] in ("all", "both"):
        noun = noun[noun[0] in _DETERMINERS :]
    named = bool(noun) and noun[-1] not in _TIMES and noun[-1] not in ADJECTIVES
    return named and not any(word in _NO_NOUNS or _is_adverb(word) for word in noun)


def _before(tokens: Sequence[str], at: int) -> str:
    """Return the word before, without adverbs and what links a sentence to the one before it."""
    at -= 1
    while at and (_is_adverb(tokens[at]) or (tokens[at] in _LEADING and tokens[at - 1] == _BREAK)):
        at -= 1
    return tokens[at]


def _is_adverb(word: str) -> bool:
    known = word in ADVERBS or word in _BETWEEN or (word.endswith("ly") and len(word) > 4)
    return known and word not in _PRONOUNS


def _is_verb(tokens: Sequence[str], at: int, *, name: bool) -> bool:
    """Return whether a word is a finite verb or a command; `name` is whether the word before is one."""
    word, before, after = tokens[at], _before(tokens, at), tokens[at + 1]
    if word in _AUXILIARIES:
        return tokens[at - 1] != "to" and not (before in _AUXILIARIES and word in ("have", "do"))
    if "'" in word:
        return _is_contracted(word, after)
    if tokens[at - 1] in _PREPOSITIONS or before in _AUXILIARIES or before in ("the", "a", "an"):
        return False
    if before in _PRONOUNS and (word in VERBS or word.endswith(("s", "ed"))):
        return not word.endswith(("ing", "ss", "us") if before not in _BEFORE_PLURALS else ("s", "ing"))
    if word in PAST or word in THIRD_PERSON:
        return before not in _DETERMINERS
    if name and (word.endswith("ed") or word in VERBS):
        return after not in ("by", _BREAK)
    if word.endswith(("s", "ed")) and not word.endswith(("ss", "us")):
        return _by_ending(word, before, after)
    return _by_base(word, before, after)


def _is_contracted(word: str, after: str) -> bool:
    """Return whether a word with an apostrophe has a verb in it: `they'd`, but not `the lamp's light`."""
    stem, _, ending = word.rpartition("'")
    if ending != "s" or stem in ("what", "who", "how", "where"):
        return ending in ("t", "re", "ve", "ll", "d", "m")
    followed = (
        after in _DETERMINERS or after in ADJECTIVES or after in ("to", "not", "been") or _is_adverb(after)
    )
    return stem in _PRONOUNS or stem == "let" or followed


def _by_ending(word: str, before: str, after: str) -> bool:
    """Return whether a word that may be a plural or a participle is a verb between these words."""
    attributive = before == _BREAK or before in _DETERMINERS or before in ADJECTIVES or before in VERBS
    if (attributive and after != "to") or (_is_plural(before) and word.endswith("s")):
        return False
    past = word.endswith("ed") and after != "by"
    return past or after in _AFTER_VERBS or after.isdigit() or _is_adverb(after)


def _by_base(word: str, before: str, after: str) -> bool:
    """Return whether a word may be the base form of a verb that has a subject, or is a command."""
    if (word.endswith("ing") and word != "bring") or before in _OBJECTS:
        return False
    if word not in VERBS and word not in PRESENT:
        unknown = word not in _KNOWN and not _is_adverb(word)
        followed = after in _COMMANDED if before == _BREAK else _is_plural(before) and after in _AFTER_VERBS
        return unknown and followed
    if before in _BEFORE_NOUNS:
        return False
    if word not in NOUNS_TOO:
        return True
    if before == _BREAK:
        return after not in _PREPOSITIONS or after in _GOING_ON
    return _is_plural(before) or after in _AFTER_VERBS


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us")) and word not in _DETERMINERS
